/**
 * What a cell turns into is decided by its reader: a JavaScript value, JSON bytes, an SQL literal. A codec knows the
 * bytes of one column type and pushes a primitive; a visitor knows nothing of those bytes. Visitors are made for one
 * column, so its labels and character set are bound in them. Every method gets `into`, the accumulator, and returns the
 * next one: writers of bytes pass an offset along and share no write position, builders of values ignore it.
 */
export interface Visitor<T> {
  /** Whole numbers of up to 32 bits, and YEAR. */
  int(value: number, into: T): T;
  /** 64 bit whole numbers in two halves, so that nobody has to make a BigInt: value = high·2^32 + low, high signed. */
  long(high: number, low: number, into: T): T;
  /** The same, high unsigned. Also BIT(n). */
  unsignedLong(high: number, low: number, into: T): T;
  float(value: number, into: T): T;
  double(value: number, into: T): T;
  /** ASCII text of a DECIMAL with its sign and scale, in a buffer that is reused. */
  decimal(bytes: Buffer, from: number, to: number, into: T): T;
  /** ASCII text of DATE, TIME, DATETIME and (in UTC) TIMESTAMP as MySQL prints them, in a buffer that is reused. */
  temporal(bytes: Buffer, from: number, to: number, into: T): T;
  /** Text in the encoding of the column's collation. */
  text(bytes: Buffer, from: number, to: number, into: T): T;
  /** Bytes without an encoding. `length` ≥ to − from: BINARY(n) is logged without its trailing zero bytes. */
  bytes(bytes: Buffer, from: number, to: number, length: number, into: T): T;
  /** ENUM: index into the labels, from 1; 0 is the empty error value. */
  member(index: number, into: T): T;
  /** SET: a bit for each label, in two unsigned halves. */
  members(high: number, low: number, into: T): T;
  /** Binary JSON, not parsed yet. */
  json(bytes: Buffer, from: number, to: number, into: T): T;
}

/** The bytes of one column type. Made once per column of a table version, with the column's facts bound. */
export interface Codec {
  /** Length of the cell, or minus the length (1 to 4) of the little-endian length prefix before it. */
  readonly width: number;
  /** Reads the cell between `at` and `end`, prefix excluded. NULL and absent cells never come here. */
  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T;
}

/** A codec whose values are texts, mostly short ones. */
export interface ShortTextCodec extends Codec {
  /**
   * Writes the cell's text at `to` as UTF-8 and returns the offset behind, at most SHORT_TEXT_BYTES_MAX further. Where
   * the text is longer or in another encoding, it returns `to` itself.
   */
  write(out: Buffer, to: number, bytes: Buffer, at: number, end: number): number;
}

export const SHORT_TEXT_BYTES_MAX = 2048;
