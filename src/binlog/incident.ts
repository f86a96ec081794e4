import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** incident u16, message length u8, message */
export function decodeIncident(event: RawEvent): { incident: number; message: string } {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  return { incident: r.u16(), message: r.utf8(r.u8()) };
}
