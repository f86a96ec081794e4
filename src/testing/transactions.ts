import { rowsOf } from '../binlog/rows.js';
import { DELETE_ROWS_EVENT, QUERY_EVENT, UPDATE_ROWS_EVENT, WRITE_ROWS_EVENT } from '../binlog/types.js';
import { LONG, VARCHAR } from '../column/types.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { type Gtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { Column, Table } from '../core/table.js';
import type { Entry, Rows, Transaction } from '../core/transaction.js';

/** A row of `testing.items (id INT PRIMARY KEY, name VARCHAR(8000))`, the one table that these transactions change. */
export interface Item {
  readonly id: number;
  readonly name: string;
}

export type ItemChange =
  | { readonly op: 'insert'; readonly after: Item }
  | { readonly op: 'update'; readonly before: Item; readonly after: Item }
  | { readonly op: 'delete'; readonly before: Item };

const UUID = '7e57ab1e-0000-4000-8000-000000000001';
const UTF8MB4 = 255;
const NAME_BYTES_MAX = 32_000;

const column = (ordinal: number, facts: Pick<Column, 'name' | 'type' | 'meta' | 'collation' | 'nullable'>): Column => ({
  ordinal,
  unsigned: false,
  labels: null,
  visible: true,
  ...facts,
});

export const itemsTable: Table = {
  schema: 'testing',
  name: 'items',
  columns: [
    column(0, { name: 'id', type: LONG, meta: 0, collation: 63, nullable: false }),
    column(1, { name: 'name', type: VARCHAR, meta: NAME_BYTES_MAX, collation: UTF8MB4, nullable: true }),
  ],
  primaryKey: [0],
  names: 'table-map',
};

/** One transaction per sequence number, 1000 bytes of log each. */
export function itemTransaction(
  sequence: number,
  changes: readonly ItemChange[],
  facts: Partial<Transaction> = {},
): Transaction {
  return transactionOf(sequence, changes.map(itemRows), facts);
}

export function insertsOf(sequence: number, ids: readonly number[]): Transaction {
  return itemTransaction(
    sequence,
    ids.map((id) => ({ op: 'insert', after: { id, name: `item ${id}` } })),
  );
}

/** Inserts `count` rows from `firstId` on, whose bytes are made each time that they are walked: it needs no memory. */
export function largeTransaction(sequence: number, firstId: number, count: number): Transaction {
  const entries = {
    *[Symbol.iterator]() {
      for (let id = firstId; id < firstId + count; id++) {
        yield itemRows({ op: 'insert', after: { id, name: `item ${id} ${'.'.repeat(id % 200)}` } });
      }
    },
  };
  return transactionOf(sequence, entries, { sizeBytes: count * 150 });
}

export function statementTransaction(sequence: number, sql: string): Transaction {
  return transactionOf(sequence, [
    { kind: 'statement', schema: itemsTable.schema, sql, event: rawEvent(QUERY_EVENT, Buffer.from(sql)) },
  ]);
}

/** `entries` throw once the transaction is released, as those of a spool do. */
export function transactionOf(
  sequence: number,
  entries: Iterable<Entry>,
  facts: Partial<Transaction> = {},
): Transaction {
  let released = false;
  return {
    gtid: gtidOf(sequence),
    span: { file: 'binlog.000001', start: sequence * 1000, end: (sequence + 1) * 1000 },
    prepared: null,
    held: [],
    clock: null,
    committedAtUs: 1_732_147_200_000_000 + sequence,
    serverId: 1,
    sizeBytes: 1000,
    get entries() {
      if (released) throw new Error(`the entries of transaction ${sequence} were read after it was released`);
      return entries;
    },
    release() {
      released = true;
    },
    ...facts,
  };
}

export function gtidOf(sequence: number): Gtid {
  return { uuid: UUID, tag: '', sequence: BigInt(sequence) };
}

/** Where to resume when all transactions up to `sequence` are done. */
export function positionAfter(sequence: number): Position {
  const executed = GtidSet.parse(sequence === 0 ? '' : `${UUID}:1-${sequence}`);
  return { source: { flavour: 'mysql', id: UUID }, log: { kind: 'gtid', executed }, held: [] };
}

/** The same in a log without GTIDs. */
export function offsetAfter(sequence: number): Position {
  const log = { kind: 'file', file: 'binlog.000001', offset: (sequence + 1) * 1000 } as const;
  return { source: { flavour: 'mysql', id: UUID }, log, held: [] };
}

/** Whether a sink that resumes at `position` still wants a transaction. */
export function isBehind(position: Position | undefined, { gtid, span }: Transaction): boolean {
  if (position === undefined) return true;
  const { log } = position;
  if (log.kind === 'file') return span.start >= log.offset;
  return gtid === null || log.kind !== 'gtid' || isMariaGtid(gtid) || !log.executed.has(gtid);
}

/** A row event as MySQL logs it, behind its checksum's removal. */
export function itemRows(change: ItemChange): Rows {
  switch (change.op) {
    case 'insert':
      return rows(WRITE_ROWS_EVENT, [change.after]);
    case 'update':
      return rows(UPDATE_ROWS_EVENT, [change.before, change.after]);
    case 'delete':
      return rows(DELETE_ROWS_EVENT, [change.before]);
  }
}

/** Table id u48, flags u16, extra length u16; width, a bitmap of present columns for each image, the images. */
function rows(type: number, images: readonly Item[]): Rows {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2]);
  const present = Buffer.alloc(images.length, 0b11);
  return rowsOf(rawEvent(type, Buffer.concat([head, present, ...images.map(encodeImage)])), itemsTable, FORMAT);
}

/** Null bitmap, INT, VARCHAR behind two bytes of length. */
function encodeImage({ id, name }: Item): Buffer {
  const text = Buffer.from(name);
  const image = Buffer.alloc(7 + text.length);
  image.writeInt32LE(id, 1);
  image.writeUInt16LE(text.length, 5);
  text.copy(image, 7);
  return image;
}

/** Timestamp u32, type u8, server id u32, length u32, end position u32, flags u16; then the body. */
function rawEvent(type: number, body: Buffer): RawEvent {
  const header = Buffer.alloc(HEADER_BYTES);
  const [timestamp, serverId, start] = [1_732_147_200, 1, 4];
  const end = start + HEADER_BYTES + body.length;
  header.writeUInt32LE(timestamp, 0);
  header.writeUInt8(type, 4);
  header.writeUInt32LE(serverId, 5);
  header.writeUInt32LE(HEADER_BYTES + body.length, 9);
  header.writeUInt32LE(end, 13);
  return { type, timestamp, serverId, flags: 0, bytes: Buffer.concat([header, body]), start, end };
}

const FORMAT: FormatDescription = {
  binlogVersion: 4,
  serverVersion: '8.0.0-testing',
  createdAt: 0,
  checksum: 'none',
  headerBytes: HEADER_BYTES,
  postHeaderBytes: () => 10,
};
