/** What a server sends of a log file to who asks for it from some place on. */
import { crc32 } from 'node:zlib';
import { type DumpedEvent, DumpedEvents } from '../../src/binlog/dumped-events.js';
import { headersIn } from '../inspect/comparison/input.js';

export function sent(name: string, file: Buffer, offset = 4): DumpedEvent[] {
  const events: DumpedEvent[] = [];
  const dumped = new DumpedEvents((event) => events.push(event));
  const add = (bytes: Buffer): void => dumped.add(bytes, 0, bytes.length);
  const [format, ...others] = headersIn(file);
  add(rotation(name, offset));
  const formatBytes = file.subarray(format!.start, format!.end);
  add(offset > 4 ? formatInTheMiddle(formatBytes) : formatBytes);
  for (const { start, end } of others) if (start >= offset) add(file.subarray(start, end));
  return events;
}

export function rotation(name: string, offset: number): Buffer {
  const bytes = Buffer.alloc(19 + 8 + name.length);
  bytes[4] = 4;
  bytes.writeUInt32LE(bytes.length, 9);
  bytes.writeUInt16LE(0x20, 17);
  bytes.writeBigUInt64LE(BigInt(offset), 19);
  bytes.write(name, 27);
  return bytes;
}

/** Without its end, and the time when the server was started. */
function formatInTheMiddle(format: Buffer): Buffer {
  const bytes = Buffer.from(format);
  bytes.fill(0, 13, 17);
  bytes.fill(0, 71, 75);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}
