import { HEADER_BYTES } from '../core/event.js';
import { ByteReader, type Reader } from './bytes.js';

/**
 * Where the log goes on: the last event of a log file, and, flagged artificial, what a server sends before each file.
 *
 *   position u64, file name to the end
 */
export function decodeRotate(bytes: Buffer, Names: Reader = ByteReader): { file: string; offset: number } {
  const r = new Names(bytes, HEADER_BYTES);
  const offset = Number(r.u64());
  return { file: r.utf8(r.left), offset };
}
