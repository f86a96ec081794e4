import type { ParallelHints, Transaction } from 'rowtide';
import { describe, expect, test } from 'vitest';
import { Dependencies } from '../../../../connectors/replica/parallel/dependencies.js';
import { unitsOf } from '../../../../connectors/replica/parallel/units.js';
import { insertsOf, statementTransaction } from '../../../../src/testing/transactions.js';

const HINTS: ParallelHints = {
  commitId: null,
  isDdl: false,
  isTransactional: true,
  waited: false,
  allowsParallel: true,
};

/** By what the source says alone. */
function bySource(): Dependencies {
  return new Dependencies({ writeSet: null, trustsSource: true, target: ({ table }) => table });
}

function waitsOf(transactions: readonly Transaction[], dependencies = bySource()): number[] {
  return transactions.map((transaction) => dependencies.next(transaction).after);
}

function clocked(sequence: number, lastCommitted: number, file = 'binlog.000001'): Transaction {
  const { span, ...rest } = insertsOf(sequence, [sequence]);
  return { ...rest, span: { ...span, file }, clock: { sequence, lastCommitted }, entries: [], release() {} };
}

function hinted(hints: Partial<ParallelHints>): Transaction {
  const { entries, ...rest } = insertsOf(1, [1]);
  return { ...rest, entries, hints: { ...HINTS, ...hints }, release() {} };
}

describe('the logical clock of MySQL', () => {
  test('has a transaction wait for its last_committed', () => {
    expect(waitsOf([clocked(1, 0), clocked(2, 1), clocked(3, 1), clocked(4, 2)])).toEqual([0, 1, 1, 2]);
  });

  test('names the last one at hand where transactions were left out', () => {
    expect(waitsOf([clocked(3, 0), clocked(7, 5), clocked(9, 7)])).toEqual([0, 1, 2]);
  });

  test('begins anew in each file, behind all of the file before', () => {
    const transactions = [clocked(1, 0), clocked(2, 0), clocked(3, 1, 'binlog.000002'), clocked(4, 1, 'binlog.000002')];
    expect(waitsOf(transactions)).toEqual([0, 0, 2, 2]);
  });

  test('means nothing where the tables of the target are not those of the source', () => {
    const dependencies = new Dependencies({ writeSet: null, trustsSource: false, target: ({ table }) => table });
    expect(waitsOf([clocked(1, 0), clocked(2, 0)], dependencies)).toEqual([0, 1]);
  });
});

describe('hints of MariaDB', () => {
  test('let those run at once that committed together', () => {
    const transactions = [1n, 2n, 2n, 2n, null, null].map((commitId) => hinted({ commitId }));
    expect(waitsOf(transactions)).toEqual([0, 1, 1, 1, 4, 5]);
  });

  test('keep DDL, and what cannot be rolled back or is not for parallel workers, alone', () => {
    for (const hints of [{ isDdl: true }, { isTransactional: false }, { allowsParallel: false }]) {
      const transactions = [hinted({ commitId: 1n }), hinted({ commitId: 1n, ...hints }), hinted({ commitId: 1n })];
      expect(waitsOf(transactions)).toEqual([0, 1, 2]);
    }
  });
});

test('a statement, a step of XA and a huge transaction run alone', () => {
  const huge = { ...clocked(3, 0), sizeBytes: 20 * 1024 * 1024 };
  const prepare = { ...clocked(4, 0), prepares: "X'61',X'',1" };
  const dependencies = bySource();
  const transactions = [
    clocked(1, 0),
    statementTransaction(2, 'ALTER TABLE t ADD c INT'),
    huge,
    prepare,
    clocked(5, 0),
  ];
  const places = transactions.map((each) => dependencies.next(each));
  expect(places).toEqual([
    { number: 1, after: 0, isAlone: false },
    { number: 2, after: 1, isAlone: true },
    { number: 3, after: 2, isAlone: true },
    { number: 4, after: 3, isAlone: true },
    { number: 5, after: 4, isAlone: false },
  ]);
});

test('units hold what fits, and wait for what any of theirs waits for', () => {
  const transactions = [clocked(1, 0), clocked(2, 0), clocked(3, 1), clocked(4, 2), clocked(5, 4)];
  const units = [...unitsOf(transactions, bySource(), { bytesMax: 2000, transactionsMax: 10 })];
  expect(units.map(({ first, last, after }) => ({ first, last, after }))).toEqual([
    { first: 1, last: 2, after: 0 },
    { first: 3, last: 4, after: 2 },
    { first: 5, last: 5, after: 4 },
  ]);
});
