/**
 * What a cell turns into, decided by its reader: a JavaScript value, JSON bytes, an SQL literal. A codec knows the bytes
 * of one column type and pushes a primitive; a visitor knows nothing of the bytes. Every method gets `into`, the
 * accumulator, and returns the next one: writers of bytes pass the offset along and share no write position, builders
 * of values ignore it.
 */
export interface Visitor<T> {
  null(into: T): T;
  /** Whole numbers that are exact as a double: up to 32 bits, and YEAR. */
  int(value: number, into: T): T;
  /** 64 bit whole numbers in two halves, so that nobody has to make a BigInt: value = high·2^32 + low. */
  long(high: number, low: number, unsigned: boolean, into: T): T;
  float(value: number, into: T): T;
  double(value: number, into: T): T;
  /** ASCII text of a DECIMAL with its sign and scale, in a buffer that is reused. */
  decimal(bytes: Buffer, from: number, to: number, into: T): T;
  /** ASCII text of DATE, TIME, DATETIME as MySQL prints them, in a buffer that is reused. */
  temporal(bytes: Buffer, from: number, to: number, into: T): T;
  /** TIMESTAMP: seconds since the epoch and the fraction; seconds 0 with fraction 0 is the zero date. */
  timestamp(seconds: number, micros: number, fractionDigits: number, into: T): T;
  /** Text in the encoding of the column's collation. */
  text(bytes: Buffer, from: number, to: number, into: T): T;
  bytes(bytes: Buffer, from: number, to: number, into: T): T;
  /** BIT(n) in two halves. */
  bits(high: number, low: number, into: T): T;
  /** ENUM: index into the labels, from 1; 0 is the empty error value. */
  member(index: number, into: T): T;
  /** SET: a bit for each label, in two halves. */
  members(high: number, low: number, into: T): T;
  /** Binary JSON, not parsed. */
  json(bytes: Buffer, from: number, to: number, into: T): T;
}

/** The bytes of one column type. Made once per column of a table version, with the column's facts bound. */
export interface Codec {
  /** Where the cell that begins at `at` ends. Checked against the image's end by the caller. */
  end(bytes: Buffer, at: number): number;
  read<T>(bytes: Buffer, at: number, end: number, visitor: Visitor<T>, into: T): T;
}
