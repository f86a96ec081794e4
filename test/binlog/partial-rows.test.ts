import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/binlog/rows.js';
import { PARTIAL_UPDATE_ROWS_EVENT } from '../../src/binlog/types.js';
import { changes } from '../../src/column/changes.js';
import { JSON_DOCUMENT, LONG } from '../../src/column/types.js';
import type { Change } from '../../src/core/change.js';
import { RowtideError } from '../../src/core/errors.js';
import { HEADER_BYTES, type RawEvent } from '../../src/core/event.js';
import type { Table } from '../../src/core/table.js';
import { itemRows, transactionOf } from '../../src/testing/transactions.js';
import { documentOf, encode, type Json } from '../column/binary-json.js';
import { columnOf } from '../column/cell.js';
import fc from '../properties.js';
import { scaled } from '../roundtrip/random.js';

const table: Table = {
  schema: 'shop',
  name: 'orders',
  columns: [
    columnOf(LONG, { name: 'id', ordinal: 0 }),
    columnOf(JSON_DOCUMENT, { name: 'd', ordinal: 1, meta: 4 }),
    columnOf(JSON_DOCUMENT, { name: 'e', ordinal: 2, meta: 4 }),
  ],
  primaryKey: [0],
  names: 'table-map',
};

const document = (value: Json): Buffer => documentOf(encode(value, false));
const cell = (bytes: Buffer): Buffer => Buffer.concat([u32(bytes.length), bytes]);
const id = u32(7);
/** `nulls`: a bit for each column. */
const image = (nulls: number, ...cells: Buffer[]): Buffer => Buffer.concat([Buffer.from([nulls]), ...cells]);
const partially = (columns: number): Buffer => Buffer.from([1, columns]);
const step = (op: number, path: string, value: Buffer | null): Buffer => {
  const head = Buffer.concat([Buffer.from([op, path.length]), Buffer.from(path)]);
  return value === null ? head : Buffer.concat([head, Buffer.from([value.length]), value]);
};

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Table id u48, flags u16, extra length u16, width, columns present before and after, rows. */
function eventOf(present: { before: number; after: number }, ...rows: Buffer[]): RawEvent {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, present.before, present.after]);
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), head, ...rows]);
  return {
    type: PARTIAL_UPDATE_ROWS_EVENT,
    timestamp: 0,
    serverId: 1,
    flags: 0,
    bytes,
    start: 4,
    end: 4 + bytes.length,
  };
}

const FORMAT = {
  binlogVersion: 4,
  serverVersion: '',
  createdAt: 0,
  checksum: 'none',
  headerBytes: 19,
  postHeaderBytes: () => 10,
} as const;

function changesOf(event: RawEvent): Change[] {
  return [...changes(transactionOf(1, [rowsOf(event, table, FORMAT)]))];
}

const ALL = { before: 7, after: 7 };
const before = image(0, id, cell(document({ a: 1n })), cell(document([1n, 2n])));

describe('PARTIAL_UPDATE_ROWS', () => {
  it('makes documents whole row by row, and leaves rows alone that are logged whole', () => {
    const found = changesOf(
      eventOf(
        ALL,
        Buffer.concat([
          before,
          partially(1),
          image(0, id, cell(step(1, '$.b', document('x'))), cell(document('whole'))),
        ]),
        Buffer.concat([before, Buffer.from([0]), image(2, id, cell(document(3n)))]),
        Buffer.concat([before, partially(3), image(0, id, cell(Buffer.alloc(0)), cell(step(2, '$[0]', null)))]),
      ),
    );
    expect(found.map((change) => ({ ...change, table: null, before: null }))).toEqual([
      {
        kind: 'update',
        table: null,
        before: null,
        after: { id: 7, d: '{"a": 1, "b": "x"}', e: '"whole"' },
        diffs: { d: [{ op: 'insert', path: '$.b', value: '"x"' }] },
      },
      { kind: 'update', table: null, before: null, after: { id: 7, d: null, e: '3' } },
      {
        kind: 'update',
        table: null,
        before: null,
        after: { id: 7, d: '{"a": 1}', e: '[2]' },
        diffs: { e: [{ op: 'remove', path: '$[0]', value: null }] },
      },
    ]);
  });

  it('has a bit for JSON columns that the image lacks, too', () => {
    const event = eventOf(
      { before: 7, after: 4 },
      Buffer.concat([before, partially(2), image(0, cell(step(0, '$[1]', document(3n))))]),
    );
    expect(changesOf(event)).toMatchObject([{ after: { e: '[1, 3]' } }]);
    expect(Object.keys((changesOf(event)[0] as { after: object }).after)).toEqual(['e']);
  });

  it.each([
    ['options that are not known', Buffer.concat([before, Buffer.from([3]), before]), /value options 3/],
    ['a row cut short', Buffer.concat([before, partially(1), before.subarray(0, 12)]), /bytes wanted at/],
    ['no after image', before, /bytes wanted at/],
    [
      'an operation that is not known',
      Buffer.concat([before, partially(1), image(0, id, cell(step(3, '$.a', null)), cell(document(1n)))]),
      /shop\.orders\.d: the operation 3/,
    ],
    [
      'a diff that does not fit',
      Buffer.concat([before, partially(1), image(0, id, cell(step(2, '$.x', null)), cell(document(1n)))]),
      /shop\.orders\.d: binary JSON: remove \$\.x does not fit/,
    ],
    [
      'a path longer than itself',
      Buffer.concat([before, partially(1), image(0, id, cell(Buffer.from([2, 99, 0x24])), cell(document(1n)))]),
      /shop\.orders\.d: 99 bytes wanted/,
    ],
    [
      'diffs of NULL',
      Buffer.concat([
        image(2, id, cell(document(1n))),
        partially(1),
        image(0, id, cell(step(2, '$.a', null)), cell(document(1n))),
      ]),
      /shop\.orders\.d: diffs of a document that was NULL/,
    ],
  ])('refuses %s by name', (_, row, message) => {
    expect(() => changesOf(eventOf(ALL, row))).toThrow(
      expect.objectContaining({ code: 'EVENT_MALFORMED', message: expect.stringMatching(message) }),
    );
  });

  it('gives rows or a named error wherever bytes were changed or cut', () => {
    const row = Buffer.concat([
      before,
      partially(3),
      image(0, id, cell(step(1, '$.b', document({ c: [1n] }))), cell(step(0, '$[last]', document('x')))),
    ]);
    const { bytes } = eventOf(ALL, row, row, row);
    const damage = fc.array(
      fc.tuple(fc.nat(bytes.length - HEADER_BYTES - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0xff))),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(damage, fc.nat(40), (places, cut) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of places) damaged[HEADER_BYTES + at] = byte;
        try {
          changesOf({ ...eventOf(ALL), bytes: damaged.subarray(0, damaged.length - cut) });
        } catch (error) {
          expect(error).toBeInstanceOf(RowtideError);
          expect(['EVENT_MALFORMED', 'TABLE_MISMATCH']).toContain((error as RowtideError).code);
        }
      }),
      { numRuns: scaled(3000) },
    );
  });

  it('says nothing of diffs in other row events', () => {
    expect(itemRows({ op: 'insert', after: { id: 1, name: 'x' } }).cursor().diffs).toBe(null);
  });
});
