/**
 * One binlog record as it was logged: the 19 byte header, its body, and no checksum (it was verified and cut off). What a
 * format adds to the header is cut out, so that bodies begin in one place.
 */
export interface RawEvent {
  readonly type: number;
  /** Seconds since the epoch, the server's clock when the statement began. */
  readonly timestamp: number;
  readonly serverId: number;
  readonly flags: number;
  readonly bytes: Buffer;
  /** Offsets in the log file, 64 bit: the header's own field wraps at 4 GiB. Events of a payload carry its span. */
  readonly start: number;
  readonly end: number;
}

/** Length of the common header in a RawEvent; bodies begin here. */
export const HEADER_BYTES = 19;

/** What FORMAT_DESCRIPTION, or START_V3 before MySQL 5.0, says about all events of a log file. */
export interface FormatDescription {
  /** 4; or 3, where an event's header has the offset of its begin, not of its end. */
  readonly binlogVersion: number;
  readonly serverVersion: string;
  readonly createdAt: number;
  /** Length of the common header, at least HEADER_BYTES. Formats and ROTATE never have more than that. */
  readonly headerBytes: number;
  readonly checksum: 'none' | 'crc32';
  /** The event itself without its checksum; absent for a format that no event said. */
  readonly bytes?: Buffer;
  /** Length of the fixed part after the common header, by event type. */
  postHeaderBytes(type: number): number;
}

/** A place in a log, for messages and facts; to resume, use a Position. */
export interface LogPoint {
  readonly file: string;
  readonly offset: number;
}

/** Events that arrived together, in log order, all of one file. */
export interface LogBlock {
  readonly file: string;
  readonly format: FormatDescription;
  readonly events: readonly RawEvent[];
}
