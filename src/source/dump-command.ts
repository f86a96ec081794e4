import { encodeGtidSet } from '../binlog/gtid-set.js';
import type { GtidSet } from '../core/gtid.js';
import type { LogPosition } from '../core/position.js';

const COM_BINLOG_DUMP_GTID = 0x1e;
const NON_BLOCK = 1;
const PACKET_HEADER_BYTES = 4;

export interface DumpGtidRequest {
  readonly file: string;
  readonly offset: number;
  /** The server leaves these transactions out. */
  readonly exclude: GtidSet;
  readonly serverId: number;
  /** It ends where the log ends. */
  readonly nonBlock: boolean;
}

/**
 * The command that asks a MySQL server for its log from a place on without some transactions, in the form that mysql2
 * writes: room for the packet's header in front, which it fills in.
 *
 *   command u8, flags u16, server id u32, file name length u32, file name, offset u64, set length u32, GTID set
 */
export class DumpGtidPacket {
  readonly buffer: Buffer;

  constructor({ file, offset, exclude, serverId, nonBlock }: DumpGtidRequest) {
    const name = Buffer.from(file);
    const set = encodeGtidSet(exclude);
    const fixed = Buffer.alloc(PACKET_HEADER_BYTES + 11);
    fixed.writeUInt8(COM_BINLOG_DUMP_GTID, PACKET_HEADER_BYTES);
    fixed.writeUInt16LE(nonBlock ? NON_BLOCK : 0, PACKET_HEADER_BYTES + 1);
    fixed.writeUInt32LE(serverId, PACKET_HEADER_BYTES + 3);
    fixed.writeUInt32LE(name.length, PACKET_HEADER_BYTES + 7);
    const place = Buffer.alloc(12);
    place.writeBigUInt64LE(BigInt(offset));
    place.writeUInt32LE(set.length, 8);
    this.buffer = Buffer.concat([fixed, name, place, set]);
  }

  length(): number {
    return this.buffer.length;
  }

  writeHeader(sequenceId: number): void {
    this.buffer.writeUIntLE(this.buffer.length - PACKET_HEADER_BYTES, 0, 3);
    this.buffer.writeUInt8(sequenceId, 3);
  }
}

/** How zongji is told where to begin. */
export function startOf(from: LogPosition): object {
  return from.kind === 'file' ? { filename: from.file, position: from.offset } : { gtidSet: from.executed.toString() };
}

/** What a command goes on with when a packet comes; ours takes the parser's place before one does. */
export function isNeverCalled(): null {
  return null;
}
