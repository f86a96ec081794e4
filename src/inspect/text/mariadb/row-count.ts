import { tableWithoutNames } from '../../../binlog/mapped-table.js';
import { rowsOf } from '../../../binlog/rows.js';
import type { TableMap } from '../../../binlog/table-map.js';
import { RowtideError } from '../../../core/errors.js';
import type { FormatDescription, RawEvent } from '../../../core/event.js';

/** How many rows an event has. */
export function countRows(event: RawEvent, map: TableMap, format: FormatDescription): number {
  let count = 0;
  try {
    const cursor = rowsOf(event, tableWithoutNames(map), format).cursor();
    while (cursor.next()) count++;
    return count;
  } catch (error) {
    // The row at which counting ends counts: one that is damaged, or has columns whose length the log does not say.
    if (error instanceof RowtideError) return count + 1;
    throw error;
  }
}
