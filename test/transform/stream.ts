import type { Gtid } from '../../src/core/gtid.js';
import { GtidSet } from '../../src/core/gtid.js';
import type { LogPosition, Position } from '../../src/core/position.js';
import type { Source } from '../../src/core/source.js';
import type { Entry, RowCursor, Transaction } from '../../src/core/transaction.js';

export const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
export const event = { type: 30, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 4, end: 5 };

export function gtid(sequence: number, uuid = UUID): Gtid {
  return { uuid, tag: '', sequence: BigInt(sequence) };
}

/** Transaction number `n` of a log: 100 bytes each, committed a second apart. */
export function transaction(n: number, facts: Partial<Transaction> = {}): Transaction {
  return {
    gtid: gtid(n),
    span: { file: 'binlog.000001', start: n * 100, end: n * 100 + 100 },
    prepared: null,
    held: [],
    clock: null,
    committedAtUs: n * 1_000_000,
    serverId: 1,
    sizeBytes: 100,
    entries: [rows('shop.orders', 1)],
    release: () => {},
    ...facts,
  };
}

export function rows(name: string, count: number): Entry {
  const [schema = '', table = ''] = name.split(/\.(.*)/s);
  return {
    kind: 'rows',
    op: 'insert',
    table: { schema, name: table, columns: [], primaryKey: [], names: 'table-map' },
    event,
    cursor: (): RowCursor => {
      let left = count;
      return { before: null, after: null, diffs: null, next: () => left-- > 0 };
    },
  };
}

export function countRows(transaction: Transaction): number {
  let count = 0;
  for (const entry of transaction.entries) {
    if (entry.kind === 'statement') count++;
    else for (const cursor = entry.cursor(); cursor.next(); ) count++;
  }
  return count;
}

export function at(log: LogPosition): Position {
  return { source: { flavour: 'mysql', id: UUID }, log, held: [] };
}

export const fromGtids = (text: string): Position => at({ kind: 'gtid', executed: GtidSet.parse(text) });
export const fromPlace = (offset: number): Position => at({ kind: 'file', file: 'binlog.000001', offset });

/** A log that goes on after what it holds: reading waits there until it is aborted. */
export function endless(transactions: readonly Transaction[]): Source & { readonly waiting: Promise<void> } {
  let wait: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    wait = resolve;
  });
  return {
    waiting,
    start: async () => fromPlace(4),
    async *read(_from, signal) {
      for (const each of transactions) if (!signal.aborted) yield each;
      wait();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
}

export function finite(transactions: readonly Transaction[]): Source {
  return {
    start: async () => fromPlace(4),
    async *read() {
      yield* transactions;
    },
  };
}

export async function numbersOf(source: Source, from: Position): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { span } of source.read(from, new AbortController().signal)) numbers.push(span.start / 100);
  return numbers;
}
