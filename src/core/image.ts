/**
 * One row image, located but not decoded: where each column's cell begins and ends in the event's bytes.
 * One object is reused from row to row, so it is valid only until the cursor moves.
 */
export interface Image {
  bytes: Buffer;
  /** Nobody writes to these bytes again, not for the next row either: what is made of a cell may be a view of them. */
  isLasting?: boolean;
  /** Begin of each cell by column ordinal, or NULL_CELL, or ABSENT_CELL. */
  readonly at: Int32Array;
  readonly end: Int32Array;
}

/** SQL NULL. */
export const NULL_CELL = -1;
/** The column is not in this image (BINLOG_ROW_IMAGE is MINIMAL or NOBLOB). */
export const ABSENT_CELL = -2;

/** Whether an update changed a cell: what its after image leaves out did not change. */
export function isChanged(before: Image, after: Image, ordinal: number): boolean {
  const [was, is] = [before.at[ordinal]!, after.at[ordinal]!];
  if (is === ABSENT_CELL) return false;
  if (was < 0 || is < 0) return was !== is;
  return before.bytes.compare(after.bytes, is, after.end[ordinal], was, before.end[ordinal]) !== 0;
}
