import { describe, expect, test } from 'vitest';
import { Scheduler } from '../../../../connectors/replica/parallel/scheduler.js';
import fc from '../../../properties.js';
import { type ModelTransaction, parallel, serial } from './model.js';

const ROWS = 6;

const transaction = fc.record({
  writes: fc.array(fc.nat(ROWS - 1), { maxLength: 4 }),
  gaps: fc.array(fc.nat(2), { maxLength: 2 }),
});
const workload = fc.array(transaction, { minLength: 1, maxLength: 25 });
/** Numbers that choose what happens next. */
const choices = fc.array(fc.nat(1000), { minLength: 10, maxLength: 200 });

/** The last transaction before it that changed a row which it changes. */
function lastWriter(transactions: readonly ModelTransaction[], number: number): number {
  const { writes } = transactions[number - 1]!;
  for (let before = number - 1; before > 0; before--) {
    if (transactions[before - 1]!.writes.some((row) => writes.includes(row))) return before;
  }
  return 0;
}

const nobody = (): number => 0;

function picker(numbers: readonly number[]): (count: number) => number {
  let i = 0;
  return (count) => numbers[i++ % numbers.length]! % count;
}

describe('commits in the order of the source', () => {
  test('show each state of the source, and no other', () => {
    fc.assert(
      fc.property(workload, choices, fc.integer({ min: 1, max: 6 }), (transactions, numbers, workers) => {
        const options = { workers, ordered: true, pick: picker(numbers), after: lastWriter };
        expect(parallel(transactions, options).states).toEqual(serial(transactions));
      }),
      { numRuns: 300 },
    );
  });

  test('do so even if no dependency is known: locks stop what must not run', () => {
    fc.assert(
      fc.property(workload, choices, fc.integer({ min: 1, max: 6 }), (transactions, numbers, workers) => {
        const options = { workers, ordered: true, pick: picker(numbers), after: nobody };
        expect(parallel(transactions, options).states).toEqual(serial(transactions));
      }),
      { numRuns: 300 },
    );
  });
});

test('commits in any order end in the state of the source, by dependencies alone', () => {
  fc.assert(
    fc.property(workload, choices, fc.integer({ min: 1, max: 6 }), (transactions, numbers, workers) => {
      const options = { workers, ordered: false, pick: picker(numbers), after: lastWriter };
      const { states } = parallel(transactions, options);
      expect(states.at(-1)).toBe(serial(transactions).at(-1));
      expect(states.length).toBe(transactions.length);
    }),
    { numRuns: 300 },
  );
});

test('transactions that share nothing run on all workers and are never rolled back', () => {
  const transactions = Array.from({ length: 20 }, (_, row) => ({ writes: [row], gaps: [] }));
  const options = { workers: 4, ordered: true, pick: (count: number) => count - 1, after: lastWriter };
  const { rollBacks, most } = parallel(transactions, options);
  expect({ rollBacks, most }).toEqual({ rollBacks: 0, most: 4 });
});

describe('a worker that fails', () => {
  const task = (number: number, after = 0) => ({ first: number, last: number, after });

  test('runs its task again when it is the next, if it was not', () => {
    const scheduler = new Scheduler({ workers: 2, ordered: true });
    expect(scheduler.add(task(1))).toEqual([{ kind: 'apply', worker: 0, task: task(1) }]);
    expect(scheduler.add(task(2))).toEqual([{ kind: 'apply', worker: 1, task: task(2) }]);
    expect(scheduler.failed(1, false)).toEqual([{ kind: 'roll-back', worker: 1, task: task(2) }]);
    expect(scheduler.rolledBack(1)).toEqual([]);
    expect(scheduler.applied(0)).toEqual([{ kind: 'commit', worker: 0, task: task(1) }]);
    expect(scheduler.done(0)).toEqual([{ kind: 'apply', worker: 0, task: task(2, 1) }]);
  });

  test('has all others rolled back for a lock, if it was the next, and goes on alone', () => {
    const scheduler = new Scheduler({ workers: 2, ordered: true });
    scheduler.add(task(1));
    scheduler.add(task(2));
    expect(scheduler.applied(1)).toEqual([]);
    expect(scheduler.failed(0, true)).toEqual([
      { kind: 'roll-back', worker: 0, task: task(1) },
      { kind: 'roll-back', worker: 1, task: task(2) },
    ]);
    expect(scheduler.rolledBack(0)).toEqual([]);
    expect(scheduler.rolledBack(1)).toEqual([{ kind: 'apply', worker: 0, task: task(1) }]);
    expect(scheduler.applied(0)).toEqual([{ kind: 'commit', worker: 0, task: task(1) }]);
    expect(scheduler.done(0)).toEqual([{ kind: 'apply', worker: 0, task: task(2, 1) }]);
  });

  test('is given up at once for anything else, and after so many locks', () => {
    const refused = new Scheduler({ workers: 2, ordered: true });
    refused.add(task(1));
    expect(refused.failed(0, false)).toEqual([{ kind: 'give-up', worker: 0, task: task(1) }]);

    const locked = new Scheduler({ workers: 2, ordered: true, attemptsMax: 2 });
    locked.add(task(1));
    locked.failed(0, true);
    expect(locked.rolledBack(0)).toEqual([{ kind: 'apply', worker: 0, task: task(1) }]);
    expect(locked.failed(0, true)).toEqual([{ kind: 'give-up', worker: 0, task: task(1) }]);
  });
});
