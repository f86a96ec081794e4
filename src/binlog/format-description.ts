import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES } from '../core/event.js';
import { ByteReader } from './bytes.js';

const VERSION_BYTES = 50;
/** Events before this one in the list of lengths: type 0 has no entry. */
const FIRST_TYPE = 1;
/** MySQL 5.6.1 began to log checksums; every later server says in this event whether it does. */
const CHECKSUM_SINCE = [5, 6, 1] as const;

/**
 * The first event of every log file. `bytes` hold the event without its checksum.
 *
 *   binlog version u16, server version char[50], created u32, header length u8,
 *   post-header length u8 for each event type from 1 on, checksum algorithm u8 (0 none, 1 CRC32; since 5.6.1)
 */
export function decodeFormatDescription(bytes: Buffer): FormatDescription {
  const r = new ByteReader(bytes, HEADER_BYTES);
  const binlogVersion = r.u16();
  if (binlogVersion !== 4) throw malformed(`binlog version ${binlogVersion}, where MySQL since 5.0 writes 4`);
  const serverVersion = r.utf8(VERSION_BYTES).replace(/\0.*$/s, '');
  const createdAt = r.u32();
  const headerBytes = r.u8();
  if (headerBytes !== HEADER_BYTES) throw malformed(`event headers of ${headerBytes} bytes, where 19 are known`);
  const knowsChecksums = logsChecksums(serverVersion);
  const lengths = r.slice(r.left - (knowsChecksums ? 1 : 0));
  return {
    binlogVersion,
    serverVersion,
    createdAt,
    checksum: knowsChecksums ? checksumOf(r.u8()) : 'none',
    postHeaderBytes(type) {
      const length = lengths[type - FIRST_TYPE];
      if (length === undefined) throw malformed(`an event of type ${type}, which the log's format does not list`);
      return length;
    },
  };
}

/**
 * How many bytes of checksum end this event: it has one whenever it names an algorithm, even the algorithm `none`.
 * `bytes` hold the event with it.
 */
export function formatDescriptionChecksumBytes(bytes: Buffer): 0 | 4 {
  const r = new ByteReader(bytes, HEADER_BYTES + 2);
  return logsChecksums(r.utf8(VERSION_BYTES)) ? 4 : 0;
}

function checksumOf(algorithm: number): 'none' | 'crc32' {
  switch (algorithm) {
    case 0:
      return 'none';
    case 1:
      return 'crc32';
    default:
      throw malformed(`checksum algorithm ${algorithm}, which is not known`);
  }
}

/** MariaDB's versions compare the same way: its first release with checksums and GTIDs in this form calls itself 10. */
function logsChecksums(serverVersion: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(serverVersion);
  if (parts === null) throw malformed(`server version ${JSON.stringify(serverVersion)}`);
  for (const [i, since] of CHECKSUM_SINCE.entries()) {
    const part = Number(parts[i + 1]);
    if (part !== since) return part > since;
  }
  return true;
}
