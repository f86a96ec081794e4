import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** A logged LOAD DATA failed: the pieces of its file are not needed. file id u32 */
export function decodeDeleteFile(event: RawEvent): { readonly fileId: number } {
  return { fileId: new ByteReader(event.bytes, HEADER_BYTES).u32() };
}
