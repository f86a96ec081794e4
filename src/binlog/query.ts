import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';
import { inflateRest } from './inflate.js';
import { decodeSql, type SqlText } from './sql-text.js';
import { QUERY_COMPRESSED_EVENT } from './types.js';

/** A statement, and all that its meaning depends on. */
export interface LoggedStatement extends SqlText {
  /** Default schema of its session; may be empty. */
  readonly schema: string;
  /** Of its event, for `decodeQueryStatus`. */
  readonly status: Buffer;
  /** As FORMAT_DESCRIPTION has it: 8.0.15-log, 11.8.2-MariaDB. */
  readonly serverVersion: string;
}

export interface QueryEvent extends LoggedStatement {
  readonly threadId: number;
  readonly errorCode: number;
}

/** A statement as the bytes that were logged. */
export interface QueryParts {
  readonly threadId: number;
  /** Seconds from its begin to when it was logged. */
  readonly executedSeconds: number;
  readonly errorCode: number;
  readonly status: Buffer;
  readonly schema: string;
  readonly text: Buffer;
}

export function decodeQuery(event: RawEvent, format: FormatDescription): QueryEvent {
  const { threadId, errorCode, schema, status, text } = decodeQueryParts(event, format);
  const { serverVersion } = format;
  return { threadId, errorCode, schema, status, serverVersion, ...decodeSql(text, status, serverVersion) };
}

/**
 *   thread_id u32, exec_time u32, schema length u8, error_code u16, status length u16 (not before MySQL 5.0)
 *   (rest of the post-header skipped), status variables, schema, NUL, sql to the end (compressed in
 *   MariaDB's QUERY_COMPRESSED)
 */
export function decodeQueryParts(event: RawEvent, format: FormatDescription, Names: Reader = ByteReader): QueryParts {
  const r = new Names(event.bytes, HEADER_BYTES);
  const threadId = r.u32();
  const executedSeconds = r.u32();
  const schemaLength = r.u8();
  const errorCode = r.u16();
  const postHeaderBytes = format.postHeaderBytes(event.type);
  const statusLength = postHeaderBytes < 13 ? 0 : r.u16();
  r.at = HEADER_BYTES + postHeaderBytes;
  const status = r.slice(statusLength);
  const schema = r.utf8(schemaLength);
  r.skip(1);
  const text = event.type === QUERY_COMPRESSED_EVENT ? inflateRest(r) : r.slice(r.left);
  return { threadId, executedSeconds, errorCode, status, schema, text };
}
