import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeGtidSet } from '../../../src/binlog/gtid-set.js';
import { GtidSet } from '../../../src/core/gtid.js';
import type { ViewedEvent } from '../../../src/inspect/views/view.js';
import { viewedEvents } from '../views/viewing.js';

export const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
/** When the first transaction of the first file was committed. */
export const BEGAN_AT = 1_800_000_000;
export const FILE_SECONDS = 600;

const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
const [FORMAT, PREVIOUS_GTIDS, GTID, XID] = [15, 35, 33, 16];

/**
 * A folder of so many log files with so many transactions each, a second apart, one GTID after the other: those of a real
 * server, with other times and numbers.
 */
export async function writeLog(
  folder: string,
  { files, transactions }: { files: number; transactions: number },
): Promise<void> {
  const events = await viewedEvents('shop-9.7');
  const format = events.find(({ event }) => event.type === FORMAT)!;
  const begin = events.findIndex(({ event }) => event.type === GTID && event.start === 776);
  const end = events.findIndex(({ event }, i) => i > begin && event.type === XID);
  const body = events.slice(begin, end + 1);
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < files; i++) {
    const at = BEGAN_AT + i * FILE_SECONDS;
    const file = new LogFile();
    file.add(format, at);
    file.previous(at, i * transactions);
    for (let j = 0; j < transactions; j++) file.transaction(body, at + j, i * transactions + j + 1);
    writeFileSync(join(folder, nameOf(i)), file.bytes());
  }
}

export function nameOf(index: number): string {
  return `binlog.${String(index + 1).padStart(6, '0')}`;
}

class LogFile {
  readonly #parts: Buffer[] = [MAGIC];
  #length = MAGIC.length;

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  add({ event }: ViewedEvent, seconds: number): void {
    this.#push(Buffer.from(event.bytes), seconds);
  }

  previous(seconds: number, last: number): void {
    const set = last === 0 ? GtidSet.empty : GtidSet.parse(`${UUID}:1-${last}`);
    const header = Buffer.alloc(19);
    header[4] = PREVIOUS_GTIDS;
    this.#push(Buffer.concat([header, encodeGtidSet(set)]), seconds);
  }

  transaction(events: readonly ViewedEvent[], seconds: number, sequence: number): void {
    for (const { event } of events) {
      const bytes = Buffer.from(event.bytes);
      if (event.type === GTID) {
        bytes.writeBigInt64LE(BigInt(sequence), 19 + 17);
        writeMicros(bytes, 19 + 42, seconds * 1_000_000);
      }
      this.#push(bytes, seconds);
    }
  }

  /** With times, its end and its checksum put right. */
  #push(bytes: Buffer, seconds: number): void {
    const length = bytes.length + 4;
    bytes.writeUInt32LE(seconds, 0);
    bytes.writeUInt32LE(length, 9);
    bytes.writeUInt32LE(this.#length + length, 13);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(bytes));
    this.#parts.push(bytes, checksum);
    this.#length += length;
  }
}

/** 7 bytes; the flag that another time follows is off. */
function writeMicros(bytes: Buffer, at: number, micros: number): void {
  bytes.writeUInt32LE(micros % 2 ** 32, at);
  bytes.writeUIntLE(Math.floor(micros / 2 ** 32), at + 4, 3);
}
