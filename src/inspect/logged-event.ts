import type { FormatDescription, RawEvent } from '../core/event.js';

/** One event as it stands in its log file, and what is needed to decode and to show it. */
export interface LoggedEvent {
  /** Name of the log file. */
  readonly file: string;
  readonly format: FormatDescription;
  /** What the decoders take: no checksum, plain header. */
  readonly event: RawEvent;
  /** All of it, from its header to its checksum, where the format has one. */
  readonly raw: Buffer;
}

/** The checksum that was logged with it; null where its log has none. */
export function checksumOf({ raw, format }: LoggedEvent): number | null {
  return format.checksum === 'crc32' ? raw.readUInt32LE(raw.length - 4) : null;
}

/** In memory of its own: that of what is read is used again. */
export function ownCopy(logged: LoggedEvent): LoggedEvent {
  const raw = Buffer.from(logged.raw);
  return { ...logged, raw, event: { ...logged.event, bytes: Buffer.from(logged.event.bytes) } };
}
