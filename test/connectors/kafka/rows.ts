import { type Batch, type Format, GtidSet, type Position, type Rows, type Table, type Transaction } from 'rowtide';

/** Changes without a binlog behind them: the sink needs a table, a key and a value. */
export interface TestRow {
  readonly key: string;
  readonly value: string | Buffer;
}

export function testTable(name: string, schema = 'shop'): Table {
  return { schema, name, columns: [], primaryKey: [0], names: 'ordinal' };
}

interface TestRows extends Rows {
  readonly rows: readonly TestRow[];
}

const EVENT = { type: 30, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
const IMAGE = { bytes: Buffer.alloc(0), at: new Int32Array(), end: new Int32Array() };

export function transaction(table: Table, rows: readonly TestRow[]): Transaction {
  return {
    gtid: null,
    span: { file: 'binlog.000001', start: 4, end: 4 },
    prepared: null,
    held: [],
    clock: null,
    committedAtUs: 1_700_000_000_000_000,
    serverId: 1,
    sizeBytes: 0,
    entries: [testRows(table, rows)],
    release() {},
  };
}

export function batchOf(...transactions: readonly Transaction[]): Batch {
  return { transactions, position: NOWHERE };
}

const NOWHERE: Position = {
  source: { flavour: 'mysql', id: 'test' },
  log: { kind: 'gtid', executed: GtidSet.empty },
  held: [],
};

function testRows(table: Table, rows: readonly TestRow[]): TestRows {
  return {
    kind: 'rows',
    op: 'insert',
    table,
    event: EVENT,
    rows,
    cursor() {
      let at = -1;
      return {
        before: null,
        after: IMAGE,
        diffs: null,
        next: () => ++at < rows.length,
        row: () => rows[at]!,
      } as TestCursor;
    },
  };
}

interface TestCursor {
  readonly before: null;
  readonly diffs: null;
  readonly after: typeof IMAGE;
  next(): boolean;
  row(): TestRow;
}

/** Writes the rows as they are. */
export const testFormat: Format = {
  rows() {
    const rowOf = (cursor: unknown): TestRow => (cursor as TestCursor).row();
    const write = (out: Buffer, at: number, value: string | Buffer): number =>
      at + (typeof value === 'string' ? out.write(value, at) : value.copy(out, at));
    return {
      bytesMax: (cursor) => rowOf(cursor).key.length * 3 + rowOf(cursor).value.length * 3,
      key: (out, at, cursor) => write(out, at, rowOf(cursor).key),
      value: (out, at, cursor) => write(out, at, rowOf(cursor).value),
    };
  },
  statement: (_, { sql }) => [{ key: null, value: Buffer.from(sql) }],
};
