import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';

/**
 * MariaDB: the oldest file that the server would need to recover from a crash. Nothing that a reader needs.
 *
 *   length u32, file name
 */
export function decodeBinlogCheckpoint(event: RawEvent, Names: Reader = ByteReader): { file: string } {
  const r = new Names(event.bytes, HEADER_BYTES);
  return { file: r.utf8(r.u32()) };
}
