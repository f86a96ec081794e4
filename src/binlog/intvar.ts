import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/** A number that the statement behind it needs: what LAST_INSERT_ID() gives, or the first AUTO_INCREMENT value. */
export interface IntvarEvent {
  readonly variable: 'LAST_INSERT_ID' | 'INSERT_ID';
  readonly value: bigint;
}

/** type u8, value u64 */
export function decodeIntvar(event: RawEvent, format: FormatDescription): IntvarEvent {
  const { code, value } = readIntvar(event, format);
  if (code !== 1 && code !== 2) throw malformed(`a session number of the type ${code}, which is not known`);
  return { variable: code === 1 ? 'LAST_INSERT_ID' : 'INSERT_ID', value };
}

/** The same, whatever the type is. */
export function readIntvar(event: RawEvent, format: FormatDescription): { code: number; value: bigint } {
  const r = new ByteReader(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type));
  return { code: r.u8(), value: r.u64() };
}
