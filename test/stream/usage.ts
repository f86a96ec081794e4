/**
 * What the compiler makes of a typed stream; `npm run check` compiles it with shop.ts, which stream.test.ts gets again
 * from a real server. Every line under a @ts-expect-error must be an error.
 */
import { type RowChange, type StreamChange, stream, unreachable, type Value } from 'rowtide';
import type { ShopDb } from './shop.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(...equal: Same<A, B> extends true ? [] : [never]): void;

const SOURCE = 'mysql://cdc@db1:3306';
declare const change: StreamChange<ShopDb>;

export function narrowing(): void {
  if (change.table === 'shop.orders' && change.kind === 'update') {
    same<typeof change.after.total, string>();
    same<typeof change.before.id, bigint>();
    same<typeof change.after.note, string | null>();
    same<typeof change.after.receipt, Uint8Array | null>();
    same<typeof change.after.status, 'new' | 'paid' | "it's sent" | ''>();
    // @ts-expect-error BIGINT is a bigint
    change.after.id satisfies number;
    // @ts-expect-error no such column
    void change.after.price;
    // @ts-expect-error no such member
    void (change.after.status === 'lost');
  }
  if (change.table === 'shop.orders' && change.kind === 'insert') {
    same<typeof change.after.total, string>();
    // @ts-expect-error an insert has no row before it
    void change.before;
  }
  if (change.table === 'shop.`odd.name ``s`' && change.kind === 'delete') {
    same<(typeof change.before)['it\'s */ "odd"'], number>();
    same<typeof change.before.__proto__, number | null>();
    // @ts-expect-error a delete has no row behind it
    void change.after;
  }
  // @ts-expect-error no such table
  void (change.table === 'shop.customers');
  // @ts-expect-error which table it is has yet to be found out
  void change.after.total;
}

export function everyCase(): string {
  switch (change.table) {
    case null:
      return change.sql;
    case 'shop.orders':
      return change.kind === 'delete' ? change.before.total : change.after.total;
    case 'shop.`odd.name ``s`':
      return change.definition.name;
    default:
      return unreachable(change);
  }
}

export async function partial(): Promise<void> {
  for await (const each of stream<ShopDb>(SOURCE, { rowImage: 'partial' })) {
    if (each.table !== 'shop.orders' || each.kind !== 'update') continue;
    same<typeof each.after.total, string | undefined>();
    same<typeof each.before.note, string | null | undefined>();
    // @ts-expect-error the column may not be in the row image
    each.after.total satisfies string;
  }
}

export async function untyped(): Promise<void> {
  for await (const each of stream({ url: SOURCE, password: '' })) {
    if (each.kind === 'statement') continue;
    same<typeof each, RowChange>();
    if (each.kind === 'insert') same<typeof each.after, { [column: string]: Value }>();
  }
}

export function wrongOptions(): void {
  // @ts-expect-error an option that does not exist
  stream<ShopDb>(SOURCE, { tables: ['shop.*'] });
  // @ts-expect-error a column that can hold a Date: no column does
  stream<{ 'shop.orders': { created: Date } }>(SOURCE);
}
