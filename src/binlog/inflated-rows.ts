import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';
import { inflateRest } from './inflate.js';
import { skipRowsHeader } from './rows-extra.js';
import * as type from './types.js';

const [TYPE_AT, LENGTH_AT] = [4, 9];

/** What a compressed row event would be if it were not compressed. */
export const INFLATED_ROWS: Readonly<Record<number, number>> = {
  [type.WRITE_ROWS_COMPRESSED_EVENT_V1]: type.WRITE_ROWS_EVENT_V1,
  [type.UPDATE_ROWS_COMPRESSED_EVENT_V1]: type.UPDATE_ROWS_EVENT_V1,
  [type.DELETE_ROWS_COMPRESSED_EVENT_V1]: type.DELETE_ROWS_EVENT_V1,
  [type.WRITE_ROWS_COMPRESSED_EVENT]: type.WRITE_ROWS_EVENT,
  [type.UPDATE_ROWS_COMPRESSED_EVENT]: type.UPDATE_ROWS_EVENT,
  [type.DELETE_ROWS_COMPRESSED_EVENT]: type.DELETE_ROWS_EVENT,
};

/** Of a compressed row event, where its rows begin: behind the header, the table, and which columns are there. */
export function atRows(event: RawEvent, format: FormatDescription): ByteReader {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  skipRowsHeader(r, event.type, format);
  const width = r.lengthEncoded();
  const inflated = INFLATED_ROWS[event.type];
  const isUpdate = inflated === type.UPDATE_ROWS_EVENT_V1 || inflated === type.UPDATE_ROWS_EVENT;
  r.skip(((width + 7) >> 3) * (isUpdate ? 2 : 1));
  return r;
}

/** MariaDB’s compressed row event as it would have been logged without compression; others as they are. */
export function inflatedRows(event: RawEvent, format: FormatDescription): Buffer {
  const inflated = INFLATED_ROWS[event.type];
  if (inflated === undefined) return event.bytes;
  const r = atRows(event, format);
  const head = event.bytes.subarray(0, r.at);
  const bytes = Buffer.concat([head, inflateRest(r)]);
  bytes[TYPE_AT] = inflated;
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  return bytes;
}
