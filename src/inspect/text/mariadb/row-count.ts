import { tableWithoutNames } from '../../../binlog/mapped-table.js';
import { rowsOf } from '../../../binlog/rows.js';
import type { TableMap } from '../../../binlog/table-map.js';
import { GEOMETRY, isCompressed, JSON_DOCUMENT, VECTOR } from '../../../column/types.js';
import { RowtideError } from '../../../core/errors.js';
import type { FormatDescription, RawEvent } from '../../../core/event.js';
import { ABSENT_CELL, type Image } from '../../../core/image.js';

const UNKNOWN: ReadonlySet<number> = new Set([GEOMETRY, JSON_DOCUMENT, VECTOR]);

/** How many rows the tool counts in an event whose rows it does not print. */
export function countRows(event: RawEvent, map: TableMap, format: FormatDescription): number {
  // The tool does not know how long these columns are, and counts up to the first row that has one, or no column at all.
  const unknown = map.columns.flatMap(({ type }, i) => (isCompressed(type) || UNKNOWN.has(type) ? [i] : []));
  const isLast = (image: Image | null): boolean =>
    image !== null && (unknown.some((i) => image.at[i]! >= 0) || image.at.every((at) => at === ABSENT_CELL));
  let count = 0;
  try {
    const cursor = rowsOf(event, tableWithoutNames(map), format).cursor();
    while (cursor.next()) {
      count++;
      if (isLast(cursor.before) || isLast(cursor.after)) break;
    }
    return count;
  } catch (error) {
    // The row at which counting ends counts: one that is damaged, or has columns whose length the log does not say.
    if (error instanceof RowtideError) return count + 1;
    throw error;
  }
}
