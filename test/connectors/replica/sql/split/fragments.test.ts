/** Transactions in fragments, without a server. */
import { describe, expect, test } from 'vitest';
import { type Fragment, fragmentsOf, hasMoreRows } from '../../../../../connectors/replica/sql/split/fragments.js';
import type { Entry, RowCursor, Rows } from '../../../../../src/core/transaction.js';
import { insertsOf } from '../../../../../src/testing/transactions.js';
import fc from '../../../../properties.js';

/** An event of several rows. */
function eventOf(ids: readonly number[]): Rows {
  const rows = [...insertsOf(1, ids).entries] as Rows[];
  const [first] = [...insertsOf(1, [0]).entries] as [Rows];
  return { kind: 'rows', op: 'insert', table: first.table, event: first.event, cursor: () => chained(rows) };
}

function chained(rows: readonly Rows[]): RowCursor {
  let at = -1;
  let cursor: RowCursor | null = null;
  return {
    get before() {
      return cursor?.before ?? null;
    },
    get after() {
      return cursor?.after ?? null;
    },
    diffs: null,
    next() {
      at++;
      cursor = rows[at]?.cursor() ?? null;
      return cursor?.next() ?? false;
    },
  };
}

const idsOf = ({ entries }: Pick<Fragment, 'entries'>): number[] =>
  entries.flatMap((entry) => {
    const found: number[] = [];
    if (entry.kind === 'statement') return found;
    const cursor = entry.cursor();
    while (cursor.next()) found.push(cursor.after!.bytes.readInt32LE(cursor.after!.at[0]));
    return found;
  });

/** Events with the rows 0, 1, 2, …. */
function eventsOf(sizes: readonly number[]): Entry[] {
  let id = 0;
  return sizes.map((size) => eventOf(Array.from({ length: size }, () => id++)));
}

const sizes = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 12 });

describe('fragmentsOf', () => {
  test('all rows are in one of the fragments, in their order, and all but the last have as many as they may', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), (events, rowsMax) => {
        const count = events.reduce((sum, size) => sum + size, 0);
        const fragments = [...fragmentsOf(eventsOf(events), { skip: 0, rowsMax })];
        const ids = fragments.map(idsOf);
        expect(ids.flat()).toEqual(Array.from({ length: count }, (_, id) => id));
        expect(ids.slice(0, -1).every(({ length }) => length === rowsMax)).toBe(true);
        expect(fragments.map(({ isLast }) => isLast)).toEqual(fragments.map((_, i) => i === fragments.length - 1));
        // A retry walks them again.
        expect(fragments.map(idsOf)).toEqual(ids);
      }),
    );
  });

  test('it goes on behind any fragment, which is known again by its last row', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (events, before, rowsMax) => {
        const [first, ...others] = fragmentsOf(eventsOf(events), { skip: 0, rowsMax: before });
        if (others.length === 0) return;
        const [skipped, ...left] = fragmentsOf(eventsOf(events), { skip: first!.rows, rowsMax });
        expect(skipped).toEqual({ ...first, entries: [] });
        expect(left.flatMap(idsOf)).toEqual(others.flatMap(idsOf));
      }),
    );
  });

  test('where fewer rows come than there were, the last fragment is short of them', () => {
    expect([...fragmentsOf(eventsOf([2]), { skip: 3, rowsMax: 3 })]).toEqual([
      { entries: [], rows: 2, crc32: 0, isLast: true },
    ]);
  });
});

test('rows are counted across events', () => {
  expect([5, 6, 7].map((rowsMax) => hasMoreRows(eventsOf([2, 0, 4]), rowsMax))).toEqual([true, false, false]);
});
