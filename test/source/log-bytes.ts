import { crc32 } from 'node:zlib';
import { FORMAT_DESCRIPTION_EVENT, HEARTBEAT_LOG_EVENT, ROTATE_EVENT } from '../../src/binlog/types.js';

/** Bytes as a server writes and sends them, made by hand where a test needs what no server would send. */
export const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);

export interface EventParts {
  type: number;
  body?: Buffer;
  /** The offset behind the event, as the header has it. */
  end?: number;
  flags?: number;
  serverId?: number;
}

export function event({ type, body = Buffer.alloc(0), end = 0, flags = 0, serverId = 1 }: EventParts): Buffer {
  const bytes = Buffer.alloc(19 + body.length);
  bytes.writeUInt32LE(1_700_000_000, 0);
  bytes[4] = type;
  bytes.writeUInt32LE(serverId, 5);
  bytes.writeUInt32LE(bytes.length + 4, 9);
  bytes.writeUInt32LE(end % 2 ** 32, 13);
  bytes.writeUInt16LE(flags, 17);
  body.copy(bytes, 19);
  return withChecksum(bytes);
}

export function withChecksum(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(bytes));
  return Buffer.concat([bytes, checksum]);
}

export function withoutChecksum(bytes: Buffer): Buffer {
  const bare = Buffer.from(bytes.subarray(0, -4));
  bare.writeUInt32LE(bare.length, 9);
  return bare;
}

export function formatDescription(options: { version?: string; checksum?: 0 | 1; end?: number } = {}): Buffer {
  const { version = '8.0.15', checksum = 1, end } = options;
  const body = Buffer.alloc(2 + 50 + 4 + 1 + 41 + 1);
  body.writeUInt16LE(4, 0);
  body.write(version, 2);
  body[56] = 19;
  body.fill(0, 57, 98);
  body[57 + 1] = 13;
  body[98] = checksum;
  return event({ type: FORMAT_DESCRIPTION_EVENT, body, end: end ?? 4 + 19 + body.length + 4 });
}

export const FORMAT_END = 4 + formatDescription().length;

export function rotate(file: string, options: { offset?: number; artificial?: boolean; end?: number } = {}): Buffer {
  const body = Buffer.alloc(8 + file.length);
  body.writeBigUInt64LE(BigInt(options.offset ?? 4));
  body.write(file, 8);
  return event({ type: ROTATE_EVENT, body, end: options.end ?? 0, flags: options.artificial === false ? 0 : 0x20 });
}

export function heartbeat(file: string, end: number): Buffer {
  return event({ type: HEARTBEAT_LOG_EVENT, body: Buffer.from(file), end });
}

/** A log file: its format, then events of `type` with the bodies given. */
export function logFile(bodies: readonly Buffer[], type = 16): Buffer {
  const parts = [MAGIC, formatDescription()];
  let end = FORMAT_END;
  for (const body of bodies) {
    end += 19 + body.length + 4;
    parts.push(event({ type, body, end }));
  }
  return Buffer.concat(parts);
}
