import { expect, it } from 'vitest';
import { largeStatement } from '../../../src/inspect/views/kind-chunk.js';
import type { LoggedTransaction } from '../../../src/inspect/views/logged-transaction.js';
import { type Summary, SummaryView } from '../../../src/inspect/views/summary.js';
import { viewOf } from './viewing.js';

const summaryOf = async (name: string): Promise<Summary> =>
  JSON.parse(
    await viewOf(name, 'jsonl', (writer) => new SummaryView(writer, { format: 'jsonl', statementRowsMin: 2 })),
  ) as Summary;

it('says what a log is made of', async () => {
  const summary = await summaryOf('shop-9.7');
  expect(summary).toMatchObject({ files: ['binlog.000001'], transactions: 14, rows: 11, events: 57, bytes: 5579 });
  expect(summary.tables).toMatchObject([
    { table: 'shop.orders', insert: 7, update: 2, delete: 1, rows: 10, transactions: 6 },
    { table: 'shop.carts', insert: 1, update: 0, delete: 0, rows: 1, transactions: 1 },
  ]);
  for (const { bytes, share } of summary.tables) expect(share).toBeCloseTo(bytes / summary.bytes);
  expect(summary.largest[0]).toMatchObject({ position: 1311, bytes: 828, rows: 3 });
  expect(summary.rate.buckets.reduce((sum, { rows }) => sum + rows, 0)).toBe(11);
  expect(summary.parallelism).toMatchObject({ by: 'logical-clock', transactions: 14, steps: 13 });
  expect(summary.statements.map(({ rows }) => rows)).toEqual([3, 2]);
});

it('counts what is compressed by its rows, and its bytes as they are logged', async () => {
  const [plain, compressed] = [await summaryOf('shop-9.7'), await summaryOf('minimal-compressed-9.7')];
  const counted = (summary: Summary) => summary.tables.map(({ table, rows }) => [table, rows]);
  expect(counted(compressed)).toEqual(counted(plain));
  const inTables = compressed.tables.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(inTables).toBeLessThan(compressed.bytes / 2);
});

it('names MariaDB’s statements, and groups by commit id', async () => {
  const summary = await summaryOf('shop-11.8');
  expect(summary.statements[1]?.sql).toBe("update orders set state = 'sent', total = total + 1 where id < 3");
  expect(summary.parallelism).toMatchObject({ by: 'commit-id', transactions: 14 });
});

it('is read by people', async () => {
  const text = await viewOf(
    'shop-9.7',
    'text',
    (writer) => new SummaryView(writer, { format: 'text', statementRowsMin: 3 }),
  );
  expect(text).toMatch(/^binlog\.000001\n14 transactions, 11 rows, 57 events, 5\.4 KiB\n/);
  expect(text).toContain('\n  shop.orders        7        2        1             6  1.7 KiB  32.0 %\n');
  expect(text).toMatch(/\nRate, each second\n {2}2026-\S+ {2}█{40} {2}10 transactions\/s, 9 rows\/s, 4\.0 KiB\/s\n/);
  expect(text).toContain('1.1 transactions at once on average, 2 at most (14 transactions in 13 steps');
  expect(text).toContain(
    'Statements of 3 rows and more\n  shop.orders: 3 rows, 183 B; kind would be 100 rows at a time',
  );
});

it('advises chunks of 1 MiB of log or half a second, whichever is less', () => {
  const statement = { table: 'shop.orders', insert: 0, update: 0, delete: 1_000_000, rows: 1_000_000, sql: null };
  const transaction = { seconds: 0, rows: 1_000_000 } as LoggedTransaction;
  const chunk = (bytes: number, seconds: number): number =>
    largeStatement({ ...statement, bytes }, { ...transaction, seconds }).chunkRows;
  expect(chunk(100_000_000, 0)).toBe(10_000);
  expect(chunk(100_000_000, 100)).toBe(5000);
  expect(chunk(100_000_000_000, 0)).toBe(100);
});
