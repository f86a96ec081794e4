import { crc32 } from 'node:zlib';
import { inflateRest } from '../../../binlog/inflate.js';
import { atRows, INFLATED_ROWS } from '../../../binlog/inflated-rows.js';
import type { LoggedEvent } from '../../logged-event.js';

const [TYPE_AT, LENGTH_AT] = [4, 9];
const CHECKSUM_BYTES = 4;

/** A row event as it would have been logged without compression, its checksum as well; others as they are. */
export function inflatedRows({ event, format, raw }: LoggedEvent): Buffer {
  const inflated = INFLATED_ROWS[event.type];
  if (inflated === undefined) return raw;
  const r = atRows(event, format);
  const head = raw.subarray(0, r.at);
  const checksumBytes = format.checksum === 'crc32' ? CHECKSUM_BYTES : 0;
  const bytes = Buffer.concat([head, inflateRest(r), Buffer.alloc(checksumBytes)]);
  bytes[TYPE_AT] = inflated;
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  const end = bytes.length - checksumBytes;
  if (checksumBytes > 0) bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end);
  return bytes;
}
