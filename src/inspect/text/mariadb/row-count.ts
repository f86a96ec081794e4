import { tableWithoutNames } from '../../../binlog/mapped-table.js';
import { rowsOf } from '../../../binlog/rows.js';
import type { TableMap } from '../../../binlog/table-map.js';
import type { FormatDescription, RawEvent } from '../../../core/event.js';

/** How many rows an event has. */
export function countRows(event: RawEvent, map: TableMap, format: FormatDescription): number {
  const cursor = rowsOf(event, tableWithoutNames(map), format).cursor();
  let count = 0;
  while (cursor.next()) count++;
  return count;
}
