import { describe, expect, it } from 'vitest';
import type { LoggedTransaction } from '../../../src/inspect/views/logged-transaction.js';
import { type Parallelism, ParallelismCounter } from '../../../src/inspect/views/parallelism.js';
import fc from '../../properties.js';

type Facts = Partial<Pick<LoggedTransaction, 'file' | 'clock' | 'commitId' | 'gtid'>>;

function parallelism(transactions: readonly Facts[]): Parallelism | null {
  const counter = new ParallelismCounter();
  for (const facts of transactions) {
    counter.add({ ...NOTHING, ...facts });
  }
  return counter.finish();
}

const NOTHING: LoggedTransaction = {
  file: 'binlog.000001',
  start: 4,
  end: 5,
  gtid: null,
  outcome: 'commit',
  committedAtUs: 0,
  seconds: 0,
  rows: 0,
  tables: [],
  statements: [],
  sql: null,
  clock: null,
  commitId: null,
};

const clock = (lastCommitted: number, sequence: number): Facts => ({ clock: { lastCommitted, sequence } });

describe('by the logical clock', () => {
  it('puts into one step what does not wait for each other', () => {
    expect(parallelism([clock(0, 1), clock(1, 2), clock(1, 3), clock(1, 4), clock(4, 5)])).toEqual({
      by: 'logical-clock',
      transactions: 5,
      steps: 3,
      average: 5 / 3,
      most: 3,
    });
  });

  it('begins anew in each file, as the numbers do', () => {
    const second = { ...clock(0, 1), file: 'binlog.000002' };
    expect(parallelism([clock(0, 1), clock(1, 2), second])).toMatchObject({ transactions: 3, steps: 3 });
  });

  it('takes a log that begins in the middle', () => {
    expect(parallelism([clock(70, 75), clock(75, 76), clock(74, 78)])).toMatchObject({ steps: 2, most: 2 });
  });

  it('takes as many steps as simulated replicas of unlimited workers', () => {
    const log = fc
      .array(fc.nat(20), { minLength: 1, maxLength: 200 })
      .map((backs) => backs.map((back, i) => clock(Math.max(0, i - back), i + 1)));
    fc.assert(
      fc.property(log, (transactions) => {
        expect(parallelism(transactions)?.steps).toBe(simulated(transactions));
      }),
      { seed: 42 },
    );
  });
});

/** Each step runs all whose last_committed is below everything that has not run yet. */
function simulated(transactions: readonly Facts[]): number {
  const waiting = new Map(transactions.map(({ clock: each }) => [each!.sequence, each!.lastCommitted]));
  let steps = 0;
  for (; waiting.size > 0; steps++) {
    const lowest = Math.min(...waiting.keys());
    for (const [sequence, last] of [...waiting]) if (last < lowest) waiting.delete(sequence);
  }
  return steps;
}

describe('by MariaDB’s commit ids', () => {
  it('puts into one step what committed together', () => {
    const gtids = [null, 630n, 630n, 630n, null, 631n].map((commitId, i) => ({ commitId, gtid: `0-1-${i + 1}` }));
    expect(parallelism(gtids)).toEqual({ by: 'commit-id', transactions: 6, steps: 4, average: 1.5, most: 3 });
  });
});

it('says nothing where the log does not', () => {
  expect(parallelism([{}, {}])).toBeNull();
});
