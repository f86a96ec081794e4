/** Files that are broken, made of whole ones, and how they are read. */
import { readFileSync } from 'node:fs';
import { headersIn } from './input.js';

export interface Damage {
  readonly name: string;
  readonly bytes: Buffer;
  /** Each is one call. */
  readonly options: readonly (readonly string[])[];
}

const PLAIN = [['-v']];
const CHECKED = [['-v'], ['-v', '-c'], ['-c', '--base64-output=decode-rows']];

export function damagesOf(path: string): Damage[] {
  const bytes = readFileSync(path);
  const events = headersIn(bytes);
  // Encrypted as a whole.
  if (events.length === 0) return [];
  const at = (fraction: number) => events[Math.min(events.length - 1, Math.floor(fraction * events.length))]!;
  const last = events.at(-1)!;
  const cut = (name: string, end: number): Damage => ({
    name: `cut ${name}`,
    bytes: bytes.subarray(0, end),
    options: [['-v'], ['-c', '--base64-output=decode-rows']],
  });
  const whole = (name: string, ...options: readonly string[][]): Damage => ({ name, bytes, options });
  return [
    cut('to nothing', 0),
    cut('in the magic number', 3),
    cut('behind the magic number', 4),
    cut('in the first header', 15),
    cut('in the format', 60),
    cut('behind the format', events[0]!.end),
    cut('at an event', at(0.5).start),
    cut('behind one byte of an event', at(0.5).start + 1),
    cut('in a header', at(0.4).start + 12),
    cut('behind a header', at(0.6).start + 19),
    cut('in a body', at(0.7).start + 24),
    cut('before the last byte', last.end - 1),
    cut('in the last checksum', last.end - 3),
    { name: 'not a binlog', bytes: Buffer.from('-- MySQL dump 10.13\n'.repeat(20)), options: PLAIN },
    { name: 'one zero byte', bytes: Buffer.alloc(1), options: PLAIN },
    { name: 'zeros', bytes: Buffer.alloc(1000), options: PLAIN },
    {
      name: 'zeros behind the magic number',
      bytes: Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(500)]),
      options: PLAIN,
    },
    { name: 'zeros behind the end', bytes: Buffer.concat([bytes, Buffer.alloc(700)]), options: CHECKED },
    {
      name: 'zeros behind an event',
      bytes: Buffer.concat([bytes.subarray(0, at(0.5).start), Buffer.alloc(300)]),
      options: CHECKED,
    },
    { name: 'another file behind the end', bytes: Buffer.concat([bytes, bytes.subarray(4)]), options: PLAIN },
    {
      name: 'an event that is there twice',
      bytes: Buffer.concat([bytes, bytes.subarray(last.start)]),
      options: CHECKED,
    },
    { name: 'a flipped checksum', bytes: flip(bytes, at(0.5).end - 2), options: [...CHECKED, ['-c', '-f']] },
    { name: 'a flipped checksum of the format', bytes: flip(bytes, events[0]!.end - 2), options: CHECKED },
    { name: 'a flipped time', bytes: flip(bytes, at(0.5).start + 1), options: CHECKED },
    { name: 'a flipped server id', bytes: flip(bytes, at(0.6).start + 6), options: CHECKED },
    { name: 'a flipped end', bytes: flip(bytes, at(0.4).start + 13), options: CHECKED },
    {
      name: 'an unknown type',
      bytes: put(bytes, at(0.5).start + 4, 99),
      options: [['-v'], ['-f'], ['-f', '-s'], ['-H', '-f']],
    },
    {
      name: 'an unknown type to be ignored',
      bytes: ignorable(bytes, at(0.5).start),
      options: [['-v'], ['-f'], ['-s'], ['-H']],
    },
    { name: 'a length of 5', bytes: length(bytes, at(0.5).start, 5), options: CHECKED },
    { name: 'a length of 2 GiB', bytes: length(bytes, at(0.5).start, 0x80000000), options: CHECKED },
    { name: 'a length beyond the end', bytes: length(bytes, at(0.5).start, 100_000), options: CHECKED },
    {
      name: 'in use',
      bytes: put(bytes, 4 + 17, 1),
      options: [['-v'], ['--skip-force-if-open'], ['-F', '-c'], ['-s'], ['-H']],
    },
    {
      name: 'in use and cut',
      bytes: put(bytes.subarray(0, last.end - 1), 4 + 17, 1),
      options: [['-v'], ['--skip-force-if-open'], ['-c']],
    },
    whole('from inside an event', ['-v', '-j', String(at(0.5).start + 3)], ['-j', String(at(0.3).start + 7)]),
    whole('from behind the end', ['-j', String(last.end)], ['-j', String(last.end + 1)], ['-v', '-j', '999999']),
    whole('from before the first event', ['-j', '0'], ['-j', '3'], ['--start-position=-1'], ['-j', '5']),
    whole('to before its start', ['-j', String(at(0.5).start), '--stop-position', String(at(0.2).start)]),
    whole('a range of nothing', ['--start-datetime=2036-01-01 00:00:00'], ['--stop-datetime=1999-01-01 00:00:00']),
    whole('times that are none', ['--start-datetime=soon'], ['--stop-datetime=2024-13-45 00:00:00']),
  ];
}

function flip(bytes: Buffer, at: number): Buffer {
  return put(bytes, at, bytes[at]! ^ 0x40);
}

function put(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = byte;
  return copy;
}

function length(bytes: Buffer, event: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, event + 9);
  return copy;
}

function ignorable(bytes: Buffer, event: number): Buffer {
  return put(put(bytes, event + 4, 99), event + 17, 0x80);
}
