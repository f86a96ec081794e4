import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** The seeds of RAND() for the statement behind it. */
export interface RandEvent {
  readonly seed1: bigint;
  readonly seed2: bigint;
}

/** seed1 u64, seed2 u64 */
export function decodeRand(event: RawEvent, format: FormatDescription): RandEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type));
  return { seed1: r.u64(), seed2: r.u64() };
}
