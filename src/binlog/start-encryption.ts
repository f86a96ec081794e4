import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/**
 * MariaDB: what follows in the file is encrypted, each event by itself. Servers decrypt before they send.
 *
 *   scheme u8, key version u32, nonce 12 bytes
 */
export function decodeStartEncryption(event: RawEvent): { scheme: number; keyVersion: number; nonce: Buffer } {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  return { scheme: r.u8(), keyVersion: r.u32(), nonce: r.slice(12) };
}
