import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES } from '../core/event.js';
import { ROTATE_EVENT } from './types.js';

const TYPE_AT = 4;

/** The event without what its format adds to the header behind the 19 bytes that all servers know. */
export function withPlainHeader(bytes: Buffer, { headerBytes }: FormatDescription): Buffer {
  // ROTATE must be readable without a format, so its header never grows.
  if (bytes[TYPE_AT] === ROTATE_EVENT) return bytes;
  if (bytes.length < headerBytes)
    throw malformed(`an event of ${bytes.length} bytes, where headers have ${headerBytes}`);
  return Buffer.concat([bytes.subarray(0, HEADER_BYTES), bytes.subarray(headerBytes)]);
}
