import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';

/** incident u16 (rest of the post-header skipped), message length u8, message */
export function decodeIncident(
  event: RawEvent,
  format: FormatDescription,
  Names: Reader = ByteReader,
): { incident: number; message: string } {
  const r = new Names(event.bytes, HEADER_BYTES);
  const incident = r.u16();
  r.at = HEADER_BYTES + format.postHeaderBytes(event.type);
  return { incident, message: r.utf8(r.u8()) };
}
