import { malformed } from '../core/errors.js';
import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

export interface TransactionPayload {
  readonly compression: 'zstd' | 'none';
  readonly uncompressedBytes: number;
  readonly payload: Buffer;
}

const FIELD = { end: 0, payloadSize: 1, compression: 2, uncompressedSize: 3 } as const;

/** (field lenenc, length lenenc, value lenenc) …, end mark 0, payload: events without checksums, whose log_pos is 0. */
export function decodeTransactionPayload(event: RawEvent): TransactionPayload {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  let size = -1;
  let uncompressedBytes = -1;
  let compression = -1;
  for (let field = r.lengthEncoded(); field !== FIELD.end; field = r.lengthEncoded()) {
    const end = r.lengthEncoded() + r.at;
    if (field === FIELD.payloadSize) size = r.lengthEncoded();
    else if (field === FIELD.compression) compression = r.lengthEncoded();
    else if (field === FIELD.uncompressedSize) uncompressedBytes = r.lengthEncoded();
    r.skip(end - r.at);
  }
  const payload = r.slice(size < 0 ? r.left : size);
  if (compression === 0) {
    if (uncompressedBytes < 0) throw malformed('TRANSACTION_PAYLOAD does not say its uncompressed size');
    return { compression: 'zstd', uncompressedBytes, payload };
  }
  if (compression === 255) return { compression: 'none', uncompressedBytes: payload.length, payload };
  throw malformed(`TRANSACTION_PAYLOAD is compressed by the algorithm ${compression}, which is not known`);
}
