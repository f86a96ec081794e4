import { expect, test } from 'vitest';
import type { Task } from '../../../../connectors/replica/parallel/scheduler.js';
import { type Worker, Workers } from '../../../../connectors/replica/parallel/workers.js';

const LOCKED = new Error('a lock');
const LOST = new Error('the connection');

/** Notes what it is asked for; fails at the units that it is told. */
class NotingWorker implements Worker<Task> {
  readonly done: string[];
  readonly #failures: Map<number, Error[]>;

  constructor(done: string[], failures: Map<number, Error[]>) {
    this.done = done;
    this.#failures = failures;
  }

  async apply({ first }: Task): Promise<'applied'> {
    this.done.push(`apply ${first}`);
    await new Promise(setImmediate);
    const failure = this.#failures.get(first)?.shift();
    if (failure !== undefined) throw failure;
    return 'applied';
  }

  async commit({ first }: Task): Promise<void> {
    await new Promise(setImmediate);
    this.done.push(`commit ${first}`);
  }

  async rollBack(): Promise<void> {
    this.done.push('roll back');
  }
}

function workersThat(done: string[], failures: readonly (readonly [number, Error[]])[] = []): Workers<Task> {
  const shared = new Map(failures);
  const all = Array.from({ length: 3 }, () => new NotingWorker(done, shared));
  const failureOf = (error: unknown) => (error === LOCKED ? 'locked' : error === LOST ? 'lost' : 'refused');
  return new Workers(all, { ordered: true, failureOf });
}

async function* unitsTo(last: number): AsyncGenerator<Task> {
  for (let first = 1; first <= last; first++) yield { first, last: first, after: 0 };
}

const commits = (done: readonly string[]): string[] => done.filter((each) => each.startsWith('commit'));

test('commit all units in order, and resolve behind the last one', async () => {
  const done: string[] = [];
  await workersThat(done).run(() => unitsTo(200), 0);
  expect(commits(done)).toEqual(Array.from({ length: 200 }, (_, i) => `commit ${i + 1}`));
});

test('try again what met a lock, and what failed before its turn', async () => {
  const done: string[] = [];
  await workersThat(done, [
    [1, [LOCKED, LOCKED]],
    [3, [new Error('a duplicate key')]],
  ]).run(() => unitsTo(4), 0);
  expect(commits(done)).toEqual(['commit 1', 'commit 2', 'commit 3', 'commit 4']);
});

test('end with the error of the unit whose turn it is, and commit nothing behind it', async () => {
  const done: string[] = [];
  const refused = [new Error('before its turn'), new Error('the row is not there'), new Error('again')];
  const running = workersThat(done, [[2, refused]]).run(() => unitsTo(4), 0);
  await expect(running).rejects.toThrow(/the row is not there|before its turn/);
  expect(commits(done)).toEqual(['commit 1']);
});

test('end at once where nobody knows what was done', async () => {
  const done: string[] = [];
  await expect(workersThat(done, [[3, [LOST]]]).run(() => unitsTo(4), 0)).rejects.toBe(LOST);
  expect(commits(done)).not.toContain('commit 3');
});

test('let units wait until those before them are committed', async () => {
  const done: string[] = [];
  const units = async function* (drained: () => Promise<void>): AsyncGenerator<Task> {
    yield { first: 1, last: 1, after: 0 };
    await drained();
    done.push('drained');
    yield { first: 2, last: 2, after: 1 };
  };
  await workersThat(done).run(units, 0);
  expect(done).toEqual(['apply 1', 'commit 1', 'drained', 'apply 2', 'commit 2']);
});

test('pass on what ends the units, and commit what came before it or not', async () => {
  const failing = async function* (): AsyncGenerator<Task> {
    yield { first: 1, last: 1, after: 0 };
    throw new Error('a table is not known');
  };
  await expect(workersThat([]).run(failing, 0)).rejects.toThrow('a table is not known');
});
