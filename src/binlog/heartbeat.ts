import { HEADER_BYTES } from '../core/event.js';
import { ByteReader } from './bytes.js';
import { HEARTBEAT_LOG_EVENT_V2 } from './types.js';

/** A server with nothing to send says how far it has come. It is never in a log file. */
export interface Heartbeat {
  readonly file: string;
  /** Null in the old form, which has only the 32 bits of the header. */
  readonly offset: number | null;
}

/**
 *   HEARTBEAT_LOG_EVENT: file name to the end
 *   HEARTBEAT_LOG_EVENT_V2: (type lenenc, length lenenc, value)…: 1 file name, 2 offset lenenc, 0 end
 */
export function decodeHeartbeat(bytes: Buffer, type: number): Heartbeat {
  const r = new ByteReader(bytes, HEADER_BYTES);
  if (type !== HEARTBEAT_LOG_EVENT_V2) return { file: r.utf8(r.left), offset: null };
  let file = '';
  let offset: number | null = null;
  for (;;) {
    const field = r.lengthEncoded();
    if (field === 0) return { file, offset };
    const length = r.lengthEncoded();
    if (field === 1) file = r.utf8(length);
    else if (field === 2) offset = r.lengthEncoded();
    else r.skip(length);
  }
}
