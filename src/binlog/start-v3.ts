import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES } from '../core/event.js';
import { ByteReader } from './bytes.js';
import { readServerVersion } from './server-version.js';
import * as type from './types.js';

const EVENT_BYTES = HEADER_BYTES + 56;

/** MySQL 4.0 and 4.1 do not log these lengths; only the types before LOAD DATA's newer ones existed. */
const POST_HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [type.START_EVENT_V3, 56],
  [type.QUERY_EVENT, 11],
  [type.STOP_EVENT, 0],
  [type.ROTATE_EVENT, 8],
  [type.INTVAR_EVENT, 0],
  [type.LOAD_EVENT, 18],
  [type.SLAVE_EVENT, 0],
  [type.CREATE_FILE_EVENT, 4],
  [type.APPEND_BLOCK_EVENT, 4],
  [type.EXEC_LOAD_EVENT, 4],
  [type.DELETE_FILE_EVENT, 4],
  [type.NEW_LOAD_EVENT, 18],
  [type.RAND_EVENT, 0],
  [type.USER_VAR_EVENT, 0],
]);

/**
 * The first event of log files before MySQL 5.0. MySQL 3.23 has it, too, behind a shorter header.
 *
 *   binlog version u16 = 3, server version char[50], created u32
 */
export function decodeStartV3(bytes: Buffer): FormatDescription {
  if (bytes.length < EVENT_BYTES) throw malformed('binlog version 1, as MySQL 3.23 wrote it, is not read');
  const r = new ByteReader(bytes, HEADER_BYTES);
  const binlogVersion = r.u16();
  if (binlogVersion !== 3) throw malformed(`binlog version ${binlogVersion} in START_EVENT_V3, where 3 is expected`);
  return {
    binlogVersion,
    serverVersion: readServerVersion(r),
    createdAt: r.u32(),
    headerBytes: HEADER_BYTES,
    checksum: 'none',
    postHeaderBytes(eventType) {
      const length = POST_HEADER_BYTES.get(eventType);
      if (length === undefined)
        throw malformed(`${type.eventTypeName(eventType)}, which binlog version 3 does not have`);
      return length;
    },
  };
}
