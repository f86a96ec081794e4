/** However a log's bytes are cut on their way, the events are the same; and a dump whose packets are damaged ends by name. */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { eventTypeName, FLAG_ARTIFICIAL, ROTATE_EVENT } from '../../src/binlog/types.js';
import { EventChain } from '../../src/source/events.js';
import { fileLog } from '../../src/source/files.js';
import { DumpFraming } from '../../src/source/framing.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';
import { event } from '../source/log-bytes.js';
import { codeOf } from './decode.js';
import { hasChecksums, isPlain, recordedFiles, splitFile } from './recorded.js';

const FILE = 'binlog.000001';
const files = recordedFiles()
  .filter(isPlain)
  .map(({ name, path }) => ({ name, bytes: readFileSync(path) }));
const anyFile = fc.constantFrom(...files);
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4000 })), { minLength: 1 });

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; at += pieces.at(-1)!.length, i++) {
    pieces.push(Buffer.from(bytes.subarray(at, at + lengths[i % lengths.length]!)));
  }
  return pieces;
}

interface Told {
  readonly events: string[];
  error: string | null;
}

const tell = ({ type, start, end, bytes }: { type: number; start: number; end: number; bytes: Buffer }): string =>
  `${start}-${end} ${eventTypeName(type)} ${bytes.toString('base64')}`;

async function read(pieces: readonly Buffer[]): Promise<Told> {
  const { signal } = new AbortController();
  const log = fileLog({ paths: ['-'], stdin: Readable.from(pieces) });
  const from = { source: await log.identity(signal), log: await log.tail(signal), held: [] };
  const told: Told = { events: [], error: null };
  try {
    for await (const block of log.read(from, signal)) told.events.push(...block.events.map(tell));
  } catch (error) {
    told.error = codeOf(error);
  }
  return told;
}

/** As its server would send it: the ROTATE that it makes up, and each event in a packet. */
function packetsOf(bytes: Buffer): Buffer {
  const body = Buffer.alloc(8 + FILE.length);
  body.writeBigUInt64LE(4n);
  body.write(FILE, 8);
  const events = [event({ type: ROTATE_EVENT, body, flags: FLAG_ARTIFICIAL }), ...splitFile(bytes)];
  return Buffer.concat(
    events.flatMap((each, i) => {
      const header = Buffer.from([0, 0, 0, i + 1, 0]);
      header.writeUIntLE(each.length + 1, 0, 3);
      return [header, each];
    }),
  );
}

function receive(pieces: readonly Buffer[]): Told {
  const told: Told = { events: [], error: null };
  const chain = new EventChain({
    prefix: '',
    origin: 'server',
    skipsExecuted: false,
    handler: (each, file) => told.events.push(`${file} ${tell(each)}`),
  });
  const framing = new DumpFraming(
    {
      event: (bytes, from, to) => chain.add(bytes, from, to),
      end: () => {
        told.error = 'end';
      },
      error: (code) => {
        told.error = String(code);
      },
    },
    { eventBytesMax: 2 ** 30 },
  );
  try {
    for (const piece of pieces) framing.execute(piece);
  } catch (error) {
    told.error = codeOf(error);
  }
  return told;
}

function isInPacketHeader(packets: Buffer, byte: number): boolean {
  for (let at = 0; at <= byte; at += 4 + packets.readUIntLE(at, 3)) if (byte < at + 4) return true;
  return false;
}

/** Of the format, behind the ROTATE. */
function inUseBit(packets: Buffer): number {
  return (4 + packets.readUIntLE(0, 3) + 5 + 17) * 8;
}

describe('the same events come of a log, however it is cut', () => {
  it('into the chunks of a pipe', async () => {
    const whole = new Map<Buffer, Told>();
    for (const { bytes } of files) whole.set(bytes, await read([bytes]));
    const property = fc.asyncProperty(anyFile, sizes, async ({ bytes }, lengths) => {
      expect(await read(cut(bytes, lengths))).toEqual(whole.get(bytes));
    });
    await fc.assert(property, { numRuns: scaled(60) });
  });

  it('into the chunks of a connection', () => {
    fc.assert(
      fc.property(anyFile, sizes, ({ bytes }, lengths) => {
        const packets = packetsOf(bytes);
        const whole = receive([packets]);
        expect(whole.error).toBeNull();
        expect(whole.events).toHaveLength(splitFile(bytes).length);
        expect(receive(cut(packets, lengths))).toEqual(whole);
      }),
    );
  });
});

it('any bit of a dump that is turned around stops it by name, or shows in no event', () => {
  const checked = fc.constantFrom(...files.filter(({ bytes }) => hasChecksums(bytes)));
  const damaged = checked.chain(({ bytes }) => {
    const packets = packetsOf(bytes);
    return fc.tuple(fc.constant(packets), fc.nat(packets.length * 8 - 1), sizes);
  });
  fc.assert(
    fc.property(damaged, ([packets, bit, lengths]) => {
      const { events } = receive([packets]);
      const flipped = Buffer.from(packets);
      flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
      const told = receive(cut(flipped, lengths));
      // A format is flagged while its file is open.
      const isSame = told.events.every((each, i) => each === events[i] || each.includes('FORMAT_DESCRIPTION_EVENT'));
      expect(isSame).toBe(true);
      // The header of a packet is in no checksum: its number is not used, and a longer packet is waited for.
      const isFramed = isInPacketHeader(packets, bit >> 3);
      if (!isFramed && told.events.length === events.length) expect(bit).toBe(inUseBit(packets));
      else if (!isFramed) expect(told.error).not.toBeNull();
    }),
    { numRuns: scaled(2000) },
  );
});
