import { describe, expect, it } from 'vitest';
import { TransactionsView } from '../../../src/inspect/views/transactions.js';
import { viewed, viewedEvents, viewOf } from './viewing.js';

interface Fact {
  readonly gtid: string | null;
  readonly position: number;
  readonly end: number;
  readonly outcome: string;
  readonly rows: number;
  readonly bytes: number;
  readonly tables: Readonly<Record<string, { insert: number; update: number; delete: number }>>;
  readonly sql?: string;
}

async function facts(name: string): Promise<Fact[]> {
  const lines = await viewOf(name, 'jsonl', (writer) => new TransactionsView(writer));
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Fact);
}

const SERVERS = ['shop-9.7', 'shop-8.0', 'shop-5.7', 'shop-11.8', 'shop-10.11', 'minimal-compressed-9.7'];

describe.each(SERVERS)('the transactions of %s', (name) => {
  it('are told with their rows by table and kind, from GTID to commit without a gap', async () => {
    const told = await facts(name);
    const rows = told.filter(({ rows: count }) => count > 0);
    expect(rows.map(({ tables }) => tables).slice(0, 3)).toEqual([
      { 'shop.orders': { insert: 3, update: 0, delete: 0 } },
      { 'shop.orders': { insert: 0, update: 2, delete: 1 } },
      { 'shop.orders': { insert: 1, update: 0, delete: 0 } },
    ]);
    expect(rows.at(-1)?.tables).toEqual({ 'shop.carts': { insert: 1, update: 0, delete: 0 } });
    expect(told.filter(({ outcome }) => outcome === 'prepare')).toHaveLength(2);
    for (const [i, { position, end, bytes, gtid }] of told.entries()) {
      expect(position).toBe(told[i - 1]?.end ?? position);
      expect(bytes).toBe(end - position);
      expect(gtid).toMatch(/[:-]\d+$/);
    }
  });

  it('have the statements that stand in the log as such', async () => {
    const statements = (await facts(name)).flatMap(({ sql }) => sql ?? []);
    expect(statements[0]).toBe('create database shop character set utf8mb4');
    expect(statements).toContain('use shop; truncate table carts');
    expect(statements).toContainEqual(expect.stringMatching(/^XA COMMIT X'6261736b6574'/));
  });
});

it('counts statements that change rows as statements, since nobody knows their rows', async () => {
  const told = await facts('statements-8.0');
  expect(told.map(({ rows }) => rows)).toEqual(told.map(() => 0));
  expect(told[2]?.sql).toBe('use loads; insert into words (word) values (1), (2)');
});

it('tells a transaction whose end is not in the log as unfinished', async () => {
  const events = await viewedEvents('shop-9.7');
  const lastXid = events.findLastIndex(({ event }) => event.type === 16);
  const text = viewed(events.slice(0, lastXid), 'jsonl', (writer) => new TransactionsView(writer));
  const outcomes = text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Fact).outcome);
  expect(outcomes.filter((outcome) => outcome === 'unfinished')).toHaveLength(1);
  expect(outcomes.at(-1)).toBe('unfinished');
});

it('is one line for people, with nothing in it that a terminal obeys', async () => {
  const text = await viewOf('shop-9.7', 'text', (writer) => new TransactionsView(writer));
  const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
  expect(text.split('\n')[3]).toMatch(
    new RegExp(`^2026-\\S+  ${uuid}:4  binlog.000001:1311  shop.orders ~2 -1  828 B  0 s$`),
  );
});

it('is an empty array of JSON for an empty log', () => {
  expect(viewed([], 'json', (writer) => new TransactionsView(writer))).toBe('[]\n');
  expect(viewed([], 'jsonl', (writer) => new TransactionsView(writer))).toBe('');
});
