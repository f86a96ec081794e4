import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** A piece of the file that a logged LOAD DATA reads. BEGIN_LOAD_QUERY brings the first one, APPEND_BLOCK the others. */
export interface LoadDataBlock {
  readonly fileId: number;
  readonly block: Buffer;
}

/** file id u32, piece of the file to the end */
export function decodeAppendBlock(event: RawEvent, format: FormatDescription): LoadDataBlock {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const fileId = r.u32();
  r.at = HEADER_BYTES + format.postHeaderBytes(event.type);
  return { fileId, block: r.slice(r.left) };
}
