import type { LogPoint } from '../core/event.js';

/** A reader that pauses for this long, or a connection that idles, is not cut off by the server. */
export const PATIENCE_SECONDS = 24 * 60 * 60;

export interface DumpSession {
  readonly heartbeatMs: number;
  readonly replicaUuid: string;
  readonly checksum: 'CRC32' | 'NONE';
  /** The server may wait for acknowledgements of this reader. */
  readonly semiSync: boolean;
}

/**
 * Older servers read the variables' old names. The checksum is asked for whatever the server's default is, since files
 * of another setting may come; each file says what it has.
 */
export function sessionSql({ heartbeatMs, replicaUuid, checksum, semiSync }: DumpSession): string {
  const values = [
    ['heartbeat_period', String(Math.round(heartbeatMs * 1e6))],
    ['binlog_checksum', `'${checksum}'`],
  ].flatMap(([name, value]) => [`@master_${name} = ${value}`, `@source_${name} = ${value}`]);
  // MariaDB then refuses to begin behind a GTID that it does not have, instead of choosing the one that comes after it.
  values.push('@slave_gtid_strict_mode = 1');
  values.push(`@slave_uuid = '${replicaUuid}'`, `@replica_uuid = '${replicaUuid}'`);
  if (semiSync) values.push('@rpl_semi_sync_replica = 1', '@rpl_semi_sync_slave = 1');
  values.push(`net_write_timeout = ${PATIENCE_SECONDS}`);
  return `SET ${values.join(', ')}`;
}

const ACKNOWLEDGEMENT = 0xef;
const PACKET_HEADER_BYTES = 4;

/**
 * What tells a semi-sync source that a replica has all of the log up to a place. The sequence of its packets begins
 * anew with each.
 *
 *   length u24, sequence u8 = 0, 239 u8, offset u64, file name to the end
 */
export function acknowledgement({ file, offset }: LogPoint): Buffer {
  const name = Buffer.from(file);
  const packet = Buffer.alloc(PACKET_HEADER_BYTES + 9 + name.length);
  packet.writeUIntLE(packet.length - PACKET_HEADER_BYTES, 0, 3);
  packet.writeUInt8(ACKNOWLEDGEMENT, PACKET_HEADER_BYTES);
  packet.writeBigUInt64LE(BigInt(offset), PACKET_HEADER_BYTES + 1);
  name.copy(packet, PACKET_HEADER_BYTES + 9);
  return packet;
}
