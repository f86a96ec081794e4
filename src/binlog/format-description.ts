import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES } from '../core/event.js';
import { ByteReader, NameBytesReader } from './bytes.js';
import { isAtLeast, isMariadb, readServerVersion } from './server-version.js';
import { decodeStartV3 } from './start-v3.js';
import { START_EVENT_V3 } from './types.js';

/** Types are counted from 1 in the list of lengths. */
const FIRST_TYPE = 1;
/** These began to log checksums; every later server says in this event whether it does. */
const CHECKSUM_SINCE = { mysql: [5, 6, 1], mariadb: [5, 3, 0] } as const;

/** 27 in MySQL 5.5; NDB Cluster's builds of it had the second version of row events as well. */
const TYPES_BEFORE_CHECKSUMS_MAX = 32;

export interface FormatOptions {
  /** A binlog version that no server writes is taken for the present one, and a server’s version for bytes. */
  readonly anyVersion?: boolean;
}

/** The format that a log file begins with. `bytes` hold its first event without a checksum. */
export function decodeFormat(bytes: Buffer, { anyVersion = false }: FormatOptions = {}): FormatDescription {
  return bytes[TYPE_AT] === START_EVENT_V3 ? decodeStartV3(bytes) : decodeFormatDescription(bytes, anyVersion);
}

const TYPE_AT = 4;

/**
 * The first event of every log file since MySQL 5.0. `bytes` hold the event without its checksum.
 *
 *   binlog version u16, server version char[50], created u32, header length u8,
 *   post-header length u8 for each event type from 1 on, checksum algorithm u8 (0 none, 1 CRC32; since 5.6.1)
 */
function decodeFormatDescription(bytes: Buffer, anyVersion: boolean): FormatDescription {
  const r = new (anyVersion ? NameBytesReader : ByteReader)(bytes, HEADER_BYTES);
  const binlogVersion = r.u16();
  if (binlogVersion !== 4 && !anyVersion)
    throw malformed(`binlog version ${binlogVersion}, where MySQL since 5.0 writes 4`);
  const serverVersion = readServerVersion(r);
  const createdAt = r.u32();
  const headerBytes = r.u8();
  if (headerBytes < HEADER_BYTES) throw malformed(`event headers of ${headerBytes} bytes, where 19 are the least`);
  const knowsChecksums = logsChecksums(serverVersion);
  // Needed for as long as the file is read, which may be longer than its memory holds what it does.
  const lengths = Buffer.from(r.slice(r.left - (knowsChecksums ? 1 : 0)));
  // A damaged version must not take the checksums away that would tell that it is damaged.
  if (!knowsChecksums && lengths.length > TYPES_BEFORE_CHECKSUMS_MAX) {
    throw malformed(`server version ${serverVersion} with ${lengths.length} event types, of which it knew fewer`);
  }
  return {
    binlogVersion,
    serverVersion,
    createdAt,
    headerBytes,
    checksum: knowsChecksums ? checksumOf(r.u8()) : 'none',
    // The chunk that it came in must not be kept for it.
    bytes: Buffer.from(bytes),
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
export function formatChecksumBytes(bytes: Buffer): 0 | 4 {
  if (bytes[TYPE_AT] === START_EVENT_V3) return 0;
  const r = new NameBytesReader(bytes, HEADER_BYTES + 2);
  return logsChecksums(readServerVersion(r)) ? 4 : 0;
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

function logsChecksums(serverVersion: string): boolean {
  const since = isMariadb(serverVersion) ? CHECKSUM_SINCE.mariadb : CHECKSUM_SINCE.mysql;
  const logs = isAtLeast(serverVersion, since);
  if (logs === null) throw malformed(`server version ${JSON.stringify(serverVersion)}`);
  return logs;
}
