import { isUtf8 } from 'node:buffer';
import { charsetOf } from '../column/charset.js';
import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

export interface QueryEvent {
  readonly threadId: number;
  readonly errorCode: number;
  readonly schema: string;
  readonly sql: string;
}

/**
 *   thread_id u32, exec_time u32, schema length u8, error_code u16, status length u16 (not before MySQL 5.0)
 *   (rest of the post-header skipped), status variables, schema, NUL, sql to the end
 */
export function decodeQuery(event: RawEvent, format: FormatDescription): QueryEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const threadId = r.u32();
  r.skip(4);
  const schemaLength = r.u8();
  const errorCode = r.u16();
  const postHeaderBytes = format.postHeaderBytes(event.type);
  const statusLength = postHeaderBytes < 13 ? 0 : r.u16();
  r.at = HEADER_BYTES + postHeaderBytes;
  const status = r.slice(statusLength);
  const schema = r.utf8(schemaLength);
  r.skip(1);
  return { threadId, errorCode, schema, sql: decodeSql(r.slice(r.left), status) };
}

/**
 * A statement stands as its client sent it, in the client's character set; what the server words itself is UTF-8,
 * whatever the client's set is said to be. Text of another set is hardly ever valid UTF-8 by chance.
 */
function decodeSql(sql: Buffer, status: Buffer): string {
  if (isUtf8(sql)) return sql.utf8Slice(0, sql.length);
  const collation = clientCollation(status);
  if (collation === null) throw malformed('the statement is not UTF-8, and its character set is not said');
  return charsetOf(collation, 'the statement').decode(sql, 0, sql.length);
}

const STATUS = { flags: 0, sqlMode: 1, autoIncrement: 3, charset: 4, catalog: 6 } as const;

/** Status variables are (code u8, value) with lengths by code; those that may stand before the character set are known. */
function clientCollation(status: Buffer): number | null {
  const r = new ByteReader(status);
  while (r.left > 0) {
    switch (r.u8()) {
      case STATUS.charset:
        return r.u16();
      case STATUS.flags:
      case STATUS.autoIncrement:
        r.skip(4);
        break;
      case STATUS.sqlMode:
        r.skip(8);
        break;
      case STATUS.catalog:
        r.skip(r.u8());
        break;
      default:
        return null;
    }
  }
  return null;
}
