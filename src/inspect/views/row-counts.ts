import { RowCounter } from '../../binlog/row-count.js';
import type { Table } from '../../core/table.js';
import type { ViewedEvent } from './view.js';

/** Says how many rows of a row event count. */
export type CountRows = (table: Table, viewed: ViewedEvent) => number;

export function countAllRows(): CountRows {
  const counters = new WeakMap<Table, RowCounter>();
  return (table, { event, format }) => {
    let counter = counters.get(table);
    if (counter === undefined) {
      counter = new RowCounter(table);
      counters.set(table, counter);
    }
    return counter.count(event, format);
  };
}
