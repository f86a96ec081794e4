import { rowsOf } from '../../binlog/rows.js';
import type { Search } from '../search/search.js';
import { type CountRows, countAllRows } from './row-counts.js';

/** Counts the rows that a search finds. */
export function countFoundRows(search: Search): CountRows {
  const countAll = countAllRows();
  return (table, viewed) => {
    const test = search.rowsOf(table);
    if (test === 'all') return countAll(table, viewed);
    if (test === 'none') return 0;
    let count = 0;
    for (const cursor = rowsOf(viewed.event, table, viewed.format).cursor(); cursor.next(); ) if (test(cursor)) count++;
    return count;
  };
}
