/** Rows counted by lengths against rows that are located. */
import { describe, expect, it } from 'vitest';
import { RowCounter } from '../../src/binlog/row-count.js';
import { isRowsEvent, rowsOf } from '../../src/binlog/rows.js';
import { TABLE_MAP_EVENT } from '../../src/binlog/types.js';
import { LoggedTables } from '../../src/inspect/logged-tables.js';
import { eventsIn, fixture } from '../fixtures/files.js';
import { WORKLOADS } from '../fixtures/workloads.js';

// Of others the log does not say how long their columns are.
const countable = WORKLOADS.filter(({ encrypted, readBy }) => encrypted !== true && readBy !== 'none');

describe.each(countable)('$name', ({ name }) => {
  it('has as many rows by their lengths as a cursor walks over', async () => {
    const tables = new LoggedTables();
    for (const { event, format } of await eventsIn(fixture(`${name}.binlog`))) {
      if (event.type === TABLE_MAP_EVENT) tables.map(event, format);
      if (!isRowsEvent(event.type)) continue;
      const table = tables.of(event, format)!;
      const counter = new RowCounter(table);
      let walked = 0;
      for (const cursor = rowsOf(event, table, format).cursor(); cursor.next(); ) walked++;
      expect(counter.count(event, format)).toBe(walked);
    }
  });
});

it('stops where the rows do not fill their event', async () => {
  const tables = new LoggedTables();
  const events = await eventsIn(fixture('shop-9.7.binlog'));
  const { event: map } = events.find(({ event }) => event.type === TABLE_MAP_EVENT)!;
  const { event, format } = events.find(({ event: each }) => isRowsEvent(each.type))!;
  const counter = new RowCounter(tables.map(map, format));
  const cut = { ...event, bytes: event.bytes.subarray(0, -1) };
  expect(() => counter.count(cut, format)).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
});
