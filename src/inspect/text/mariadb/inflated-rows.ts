import { crc32 } from 'node:zlib';
import { ByteReader } from '../../../binlog/bytes.js';
import { inflateRest } from '../../../binlog/inflate.js';
import { skipRowsHeader } from '../../../binlog/rows-extra.js';
import * as type from '../../../binlog/types.js';
import { HEADER_BYTES } from '../../../core/event.js';
import type { LoggedEvent } from '../../logged-event.js';

const [TYPE_AT, LENGTH_AT] = [4, 9];
const CHECKSUM_BYTES = 4;

/** What the event would be if it were not compressed. */
const INFLATED: Readonly<Record<number, number>> = {
  [type.WRITE_ROWS_COMPRESSED_EVENT_V1]: type.WRITE_ROWS_EVENT_V1,
  [type.UPDATE_ROWS_COMPRESSED_EVENT_V1]: type.UPDATE_ROWS_EVENT_V1,
  [type.DELETE_ROWS_COMPRESSED_EVENT_V1]: type.DELETE_ROWS_EVENT_V1,
  [type.WRITE_ROWS_COMPRESSED_EVENT]: type.WRITE_ROWS_EVENT,
  [type.UPDATE_ROWS_COMPRESSED_EVENT]: type.UPDATE_ROWS_EVENT,
  [type.DELETE_ROWS_COMPRESSED_EVENT]: type.DELETE_ROWS_EVENT,
};

/** A row event as it would have been logged without compression, its checksum as well; others as they are. */
export function inflatedRows({ event, format, raw }: LoggedEvent): Buffer {
  const inflated = INFLATED[event.type];
  if (inflated === undefined) return raw;
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  skipRowsHeader(r, event.type, format);
  const width = r.lengthEncoded();
  const isUpdate = inflated === type.UPDATE_ROWS_EVENT_V1 || inflated === type.UPDATE_ROWS_EVENT;
  r.skip(((width + 7) >> 3) * (isUpdate ? 2 : 1));
  const head = raw.subarray(0, r.at);
  const checksumBytes = format.checksum === 'crc32' ? CHECKSUM_BYTES : 0;
  const bytes = Buffer.concat([head, inflateRest(r), Buffer.alloc(checksumBytes)]);
  bytes[TYPE_AT] = inflated;
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  const end = bytes.length - checksumBytes;
  if (checksumBytes > 0) bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}
