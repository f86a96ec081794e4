import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';

/**
 * MariaDB: the oldest file that the server would need to recover from a crash. Nothing that a reader needs.
 *
 *   length u32, file name
 */
export function decodeBinlogCheckpoint(event: RawEvent): { file: string } {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  return { file: r.utf8(r.u32()) };
}
