import { describe, expect, it } from 'vitest';
import { LONG } from '../../src/column/types.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../src/core/image.js';
import type { Column, Table } from '../../src/core/table.js';
import type { RowCursor, Rows } from '../../src/core/transaction.js';
import { jsonFormat } from '../../src/format/json.js';
import { KeyChange } from '../../src/format/key-change.js';
import { transactionOf } from '../../src/testing/transactions.js';

const columns = ['a', 'b', 'c'].map(
  (name, ordinal): Column => ({
    name,
    ordinal,
    type: LONG,
    meta: 0,
    unsigned: false,
    nullable: true,
    collation: 63,
    labels: null,
    visible: true,
  }),
);
const table: Table = { schema: 's', name: 't', columns, primaryKey: [0, 1], names: 'table-map' };

type Cell = number | null | undefined;

/** An image of INT cells; null is SQL NULL, undefined is not logged. */
function image(...cells: readonly Cell[]): Image {
  const bytes = Buffer.alloc(4 * cells.length);
  const at = Int32Array.from(cells, (cell, i) =>
    cell === undefined ? ABSENT_CELL : cell === null ? NULL_CELL : 4 * i,
  );
  for (const [i, cell] of cells.entries()) bytes.writeInt32LE(cell ?? 0, 4 * i);
  return { bytes, at, end: at.map((from) => from + 4) };
}

function changeOf(before: Image, after: Image): KeyChange {
  const cursor: RowCursor = { before, after, diffs: null, next: () => false };
  const event = { type: 31, timestamp: 0, serverId: 1, flags: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
  const rows: Rows = { kind: 'rows', op: 'update', table, event, cursor: () => cursor };
  return new KeyChange(jsonFormat, transactionOf(1, []), { rows, cursor });
}

const written = ({ writer, cursor }: KeyChange['deleted']): object => {
  const out = Buffer.alloc(1_000);
  const key = writer.key(out, 0, cursor);
  const { op, before, after } = JSON.parse(out.toString('utf8', key, writer.value(out, key, cursor, 0)));
  return { key: JSON.parse(out.toString('utf8', 0, key)), op, before, after };
};

describe('an update', () => {
  it.each<[string, Cell[], Cell[], boolean]>([
    ['of another column keeps the key', [1, 2, 3], [1, 2, 4], false],
    ['of a part of the key changes it', [1, 2, 3], [1, 7, 3], true],
    ['from and to NULL changes it', [1, null, 3], [1, 0, 3], true],
    ['of NULL to NULL keeps it', [1, null, 3], [1, null, 4], false],
    ['keeps what its image left out because it stayed the same', [1, 2, undefined], [undefined, undefined, 4], false],
    ['changes what its image has', [1, 2, undefined], [undefined, 7, undefined], true],
  ])('%s', (_, before, after, changes) => {
    expect(changeOf(image(...before), image(...after)).isNow).toBe(changes);
  });

  it('becomes a delete of the old key and an insert of the new one', () => {
    const change = changeOf(image(1, 2, 3), image(1, 7, 3));
    expect(written(change.deleted)).toEqual({ key: { a: 1, b: 2 }, op: 'delete', before: { a: 1, b: 2, c: 3 } });
    expect(written(change.inserted)).toEqual({ key: { a: 1, b: 7 }, op: 'insert', after: { a: 1, b: 7, c: 3 } });
  });

  it('inserts a whole key where the image after it has only what changed', () => {
    const change = changeOf(image(1, null, undefined), image(undefined, 7, 9));
    expect(written(change.inserted)).toEqual({ key: { a: 1, b: 7 }, op: 'insert', after: { a: 1, b: 7, c: 9 } });
    const toOther = changeOf(image(1, null, undefined), image(5, undefined, undefined));
    expect(written(toOther.inserted)).toEqual({ key: { a: 5, b: null }, op: 'insert', after: { a: 5, b: null } });
  });
});
