import { describe, expect, it } from 'vitest';
import { SearchFilter } from '../../../src/inspect/search/search-filter.js';
import { countFoundRows } from '../../../src/inspect/views/matching-rows.js';
import { shownType } from '../../../src/inspect/views/shown-event.js';
import { TransactionsView } from '../../../src/inspect/views/transactions.js';
import type { ViewedEvent } from '../../../src/inspect/views/view.js';
import { type RowSearchOptions, rowSearch } from '../../../src/transform/row-search.js';
import { viewed, viewedEvents } from '../views/viewing.js';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const SHOPS = ['shop-9.7', 'shop-8.0', 'shop-11.8', 'minimal-compressed-9.7'];

async function found(name: string, options: RowSearchOptions): Promise<ViewedEvent[]> {
  const search = rowSearch(options)!;
  const filter = new SearchFilter<ViewedEvent>(search);
  const events: ViewedEvent[] = [];
  for (const event of await viewedEvents(name)) if (!filter.isDone) events.push(...filter.event(event));
  search.check();
  return events;
}

/** What of transactions is found, as SHOW BINLOG EVENTS calls it. */
async function types(name: string, options: RowSearchOptions): Promise<string[]> {
  const around = /^(Format_desc|Previous_gtids|Gtid_list|Binlog_checkpoint|Rotate|Stop)$/;
  const events = await found(name, options);
  return events.map(({ event }) => shownType(event.type)).filter((type) => !around.test(type));
}

/** Rows by table and kind of each transaction that is found. */
async function rows(name: string, options: RowSearchOptions): Promise<object[]> {
  const view = viewed(
    await found(name, options),
    'json',
    (writer) => new TransactionsView(writer, { countRows: countFoundRows(rowSearch(options)!) }),
  );
  return (JSON.parse(view) as { tables: object }[]).map(({ tables }) => tables);
}

const counts = (insert: number, update: number, deleted: number) => ({ insert, update, delete: deleted });

describe.each(SHOPS)('in %s', (name) => {
  it('--where finds a row by its life, from insert to delete', async () => {
    expect(await rows(name, { where: 'id = 2' })).toEqual([
      { 'shop.orders': counts(1, 0, 0) },
      { 'shop.orders': counts(0, 1, 1) },
    ]);
  });

  it('--table finds the rows of a table, by globs, too', async () => {
    const carts = [{ 'shop.carts': counts(1, 0, 0) }];
    expect(
      (await rows(name, { tables: ['shop.carts'], where: 'id > 0' })).filter((each) => 'shop.carts' in each),
    ).toEqual(carts);
    expect(await rows(name, { tables: ['*.c?rts'], where: 'id > 0' })).toEqual(carts);
    expect(await rows(name, { tables: ['other.*'] })).toEqual([]);
  });

  it('--changed finds updates that changed the column', async () => {
    expect(await rows(name, { changed: ['state'] })).toEqual([{ 'shop.orders': counts(0, 2, 0) }]);
    expect(await rows(name, { changed: ['customer'] })).toEqual([]);
    expect(await rows(name, { changed: ['customer', 'TOTAL'] })).toHaveLength(1);
    expect(await rows(name, { changed: ['total'], where: 'id = 1' })).toEqual([{ 'shop.orders': counts(0, 1, 0) }]);
  });
});

it('shows of a transaction what opens and closes it, and the row events in which something was found', async () => {
  expect(await types('shop-9.7', { where: "state = 'sent' AND id = 2" })).toEqual([
    'Gtid',
    'Query',
    'Table_map',
    'Update_rows',
    'Table_map',
    'Delete_rows',
    'Xid',
  ]);
  expect(await types('shop-9.7', { changed: ['state'] })).toEqual(['Gtid', 'Query', 'Table_map', 'Update_rows', 'Xid']);
  expect(await types('shop-11.8', { changed: ['state'] })).toEqual([
    'Gtid',
    'Annotate_rows',
    'Table_map',
    'Update_rows_v1',
    'Xid',
  ]);
});

it('--gtid shows one transaction, and reads no further', async () => {
  expect(await types('shop-9.7', { gtids: `${UUID}:4` })).toHaveLength(7);
  expect(await types('shop-9.7', { gtids: `${UUID}:5` })).toEqual(['Gtid', 'Query']);
  expect(await types('shop-9.7', { gtids: `${UUID}:8` })).toEqual(['Gtid', 'Query']);
  expect(await types('shop-9.7', { gtids: `${UUID}:4-5` })).toHaveLength(9);
  expect(await types('shop-11.8', { gtids: '0-1-5' })).toEqual(['Gtid', 'Query']);
  const events = await found('shop-9.7', { gtids: `${UUID}:1` });
  expect(events.at(-1)?.event.end).toBe(365);
});

it('a schema leaves out the others', async () => {
  expect(await rows('shop-9.7', { schema: 'other' })).toEqual([]);
  expect(await types('shop-9.7', { schema: 'shop' })).toContain('Write_rows');
});

it('--table alone shows statements of its schema, which may be about it', async () => {
  const statements = async (table: string): Promise<number> =>
    (await types('shop-9.7', { tables: [table] })).filter((type) => type === 'Query').length;
  expect(await statements('shop.nothing')).toBeGreaterThan(3);
  expect(await statements('other.nothing')).toBe(0);
});

describe('columns', () => {
  it('are @1, @2, … where the log has no names', async () => {
    expect(await rows('shop-5.7', { where: '@1 = 2' })).toHaveLength(2);
    expect(await rows('shop-5.7', { changed: ['@4'] })).toEqual([{ 'shop.orders': counts(0, 2, 0) }]);
  });

  it('that no table has are said so, with those that there are', async () => {
    await expect(found('shop-9.7', { where: 'nope = 1' })).rejects.toMatchObject({
      code: 'FILTER_MISMATCH',
      message: expect.stringContaining('the column nope, and the table has id, customer'),
    });
    await expect(found('shop-9.7', { changed: ['nope'] })).rejects.toMatchObject({ code: 'FILTER_MISMATCH' });
  });

  it('that only some tables have leave the others out', async () => {
    expect(await rows('shop-9.7', { where: 'weight > 0' })).toEqual([{ 'shop.orders': counts(1, 0, 0) }]);
  });

  it('that changed inside of a JSON document are found where only the change was logged', async () => {
    expect(await rows('partial-9.7', { changed: ['j'] })).not.toEqual([]);
  });
});
