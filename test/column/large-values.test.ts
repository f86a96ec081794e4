import { expect, test } from 'vitest';
import { rowsOf } from '../../src/binlog/rows.js';
import { PARTIAL_UPDATE_ROWS_EVENT, WRITE_ROWS_EVENT } from '../../src/binlog/types.js';
import { changes } from '../../src/column/changes.js';
import { BLOB, JSON_DOCUMENT, VARCHAR } from '../../src/column/types.js';
import type { Row } from '../../src/core/change.js';
import { type FormatDescription, HEADER_BYTES } from '../../src/core/event.js';
import type { Table } from '../../src/core/table.js';
import type { Transaction } from '../../src/core/transaction.js';
import { transactionOf } from '../../src/testing/transactions.js';
import { columnActions } from '../../src/transform/columns/actions.js';
import { documentOf, encode } from './binary-json.js';
import { columnOf } from './cell.js';

const FORMAT: FormatDescription = {
  binlogVersion: 4,
  serverVersion: '',
  createdAt: 0,
  checksum: 'none',
  headerBytes: 19,
  postHeaderBytes: () => 10,
};

const files = tableOf([
  columnOf(VARCHAR, { name: 'name', ordinal: 0, meta: 40, collation: 255 }),
  columnOf(BLOB, { name: 'data', ordinal: 1, meta: 4 }),
]);
const documents = tableOf([
  columnOf(JSON_DOCUMENT, { name: 'd', ordinal: 0, meta: 4 }),
  columnOf(BLOB, { name: 'data', ordinal: 1, meta: 4 }),
]);

function tableOf(columns: Table['columns']): Table {
  return { schema: 'shop', name: 'files', columns, primaryKey: [], names: 'table-map' };
}

const cell = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const file = (data: Buffer): Buffer => Buffer.concat([Buffer.from([0, 1, 0x61]), cell(data)]);
/** 4 KiB that no other number has. */
const blob = (n: number): Buffer => Buffer.alloc(4096, `file ${n}`);

/** An event that lies in the middle of `blockBytes` read with it. */
function transactionIn(blockBytes: number, type: number, table: Table, ...rows: Buffer[]): Transaction {
  const bitmaps = type === PARTIAL_UPDATE_ROWS_EVENT ? [3, 3] : [3];
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, ...bitmaps]);
  const event = Buffer.concat([Buffer.alloc(HEADER_BYTES), head, ...rows]);
  const block = Buffer.allocUnsafeSlow(Math.max(blockBytes, event.length + 100));
  const bytes = block.subarray(100, 100 + event.copy(block, 100));
  const raw = { type, timestamp: 0, serverId: 1, flags: 0, bytes, start: 4, end: 4 + bytes.length };
  return transactionOf(1, [rowsOf(raw, table, FORMAT)]);
}

function valuesOf(transaction: Transaction): Uint8Array[] {
  return [...changes(transaction)].map(
    (change) => ('after' in change ? (change.after as Row).data : null) as Uint8Array,
  );
}

const all = [blob(1), blob(2), blob(3)];

test('a value keeps at most sixteen times its size alive, and is not copied where that holds', () => {
  const inChunk = valuesOf(transactionIn(64 * 1024, WRITE_ROWS_EVENT, files, ...all.map(file)));
  expect(inChunk.map((value) => Buffer.from(value))).toEqual(all);
  expect(new Set(inChunk.map(({ buffer }) => buffer)).size).toBe(1);
  expect(inChunk[0]!.buffer.byteLength).toBe(64 * 1024);

  const inBlock = valuesOf(transactionIn(2 ** 20, WRITE_ROWS_EVENT, files, ...all.map(file)));
  expect(inBlock.map((value) => Buffer.from(value))).toEqual(all);
  // Copies share what is sixteen times as large.
  expect(inBlock.map(({ buffer }) => buffer.byteLength)).toEqual([65_536, 65_536, 65_536]);
  expect(new Set(inBlock.map(({ byteOffset }) => byteOffset)).size).toBe(3);

  const [less] = valuesOf(transactionIn(2 ** 20, WRITE_ROWS_EVENT, files, file(Buffer.alloc(4095, 'less'))));
  expect(less!.buffer.byteLength).toBe(4095);

  const [small] = valuesOf(transactionIn(64 * 1024, WRITE_ROWS_EVENT, files, file(Buffer.from('small'))));
  expect(small).toEqual(new Uint8Array(Buffer.from('small')));
  expect(small!.buffer.byteLength).toBe(5);
});

test('a value stays what it was when the next row is put together where its own row was', () => {
  const document = documentOf(encode({ a: 1n }, false));
  const change = Buffer.concat([Buffer.from([0, 3]), Buffer.from('$.a'), Buffer.from([document.length]), document]);
  const rows = all.map((data) =>
    Buffer.concat([
      Buffer.concat([Buffer.from([0]), cell(document), cell(Buffer.from('before'))]),
      Buffer.from([1, 1]),
      Buffer.concat([Buffer.from([0]), cell(change), cell(data)]),
    ]),
  );
  const values = valuesOf(transactionIn(0, PARTIAL_UPDATE_ROWS_EVENT, documents, ...rows));
  expect(values.map((value) => Buffer.from(value))).toEqual(all);
});

test('a value stays what it was when the next row is masked', () => {
  const transaction = transactionIn(0, WRITE_ROWS_EVENT, files, ...all.map(file));
  const masked = columnActions({ mask: { 'shop.files.name': '***' } })(transaction);
  expect([...changes(masked)].map((change) => 'after' in change && change.after.name)).toEqual(['***', '***', '***']);
  expect(valuesOf(masked).map((value) => Buffer.from(value))).toEqual(all);
});
