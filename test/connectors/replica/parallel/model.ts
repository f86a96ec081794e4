/** A database with row locks, and workers that step through transactions on it in any order. */
import { type Command, Scheduler, type Task } from '../../../../connectors/replica/parallel/scheduler.js';

export interface ModelTransaction {
  /** Rows that it changes, in this order. What a row becomes depends on what it was. */
  readonly writes: readonly number[];
  /** Locks that no key tells of, such as those of gaps. */
  readonly gaps: readonly number[];
}

interface Running {
  readonly task: Task;
  readonly locks: string[];
  readonly changes: Map<number, number>;
  at: number;
  hasFailed: boolean;
}

export interface ModelOptions {
  readonly workers: number;
  readonly ordered: boolean;
  /** Which of so many moves comes next. */
  readonly pick: (count: number) => number;
  /** For each transaction the last one before it that it waits for. */
  readonly after: (transactions: readonly ModelTransaction[], number: number) => number;
}

/** What readers see, transaction by transaction; rows are numbers. */
export function serial(transactions: readonly ModelTransaction[]): string[] {
  const rows = new Map<number, number>();
  return transactions.map(({ writes }, i) => {
    for (const row of writes) rows.set(row, changed(rows.get(row) ?? 0, i + 1));
    return printed(rows);
  });
}

/** The states that readers see when the scheduler runs the transactions, and how often something was rolled back. */
export function parallel(
  transactions: readonly ModelTransaction[],
  options: ModelOptions,
): { states: string[]; rollBacks: number; most: number } {
  const model = new Model(transactions, options);
  return model.run();
}

class Model {
  readonly #transactions: readonly ModelTransaction[];
  readonly #options: ModelOptions;
  readonly #scheduler: Scheduler;
  readonly #rows = new Map<number, number>();
  readonly #holders = new Map<string, number>();
  readonly #running: (Running | undefined)[];
  /** Commands that wait to be done, by worker. */
  readonly #commands: Command[] = [];
  readonly #states: string[] = [];
  #rollBacks = 0;
  #most = 0;

  constructor(transactions: readonly ModelTransaction[], options: ModelOptions) {
    this.#transactions = transactions;
    this.#options = options;
    this.#scheduler = new Scheduler(options);
    this.#running = Array.from({ length: options.workers }, () => undefined);
  }

  run(): { states: string[]; rollBacks: number; most: number } {
    const { after, pick } = this.#options;
    let added = 0;
    for (let steps = 0; steps < 100_000; steps++) {
      const moves = this.#moves();
      if (added < this.#transactions.length) {
        const number = added + 1;
        moves.push(() => {
          added++;
          const task = { first: number, last: number, after: after(this.#transactions, number) };
          this.#commands.push(...this.#scheduler.add(task));
        });
      }
      if (moves.length === 0) break;
      moves[pick(moves.length)]!();
      this.#most = Math.max(this.#most, this.#running.filter((each) => each !== undefined).length);
    }
    if (!this.#scheduler.isIdle) throw new Error(`stuck at ${this.#scheduler.committed} of ${added}`);
    return { states: this.#states, rollBacks: this.#rollBacks, most: this.#most };
  }

  /** Of everything that may happen now one thing happens. Only when nothing can, a lock wait ends. */
  #moves(): (() => void)[] {
    const moves = this.#commands.map((command) => () => {
      this.#commands.splice(this.#commands.indexOf(command), 1);
      this.#do(command);
    });
    const applying = this.#running.flatMap((each, worker) => (each === undefined ? [] : [{ each, worker }]));
    const steps = applying.filter(({ each }) => !each.hasFailed && each.at < this.#locksOf(each).length);
    for (const { each, worker } of steps) {
      if (this.#isFree(this.#locksOf(each)[each.at]!, worker)) moves.push(() => this.#step(each, worker));
    }
    if (moves.length > 0) return moves;
    return steps.map(
      ({ each, worker }) =>
        () =>
          this.#timeOut(each, worker),
    );
  }

  #timeOut(running: Running, worker: number): void {
    running.hasFailed = true;
    this.#tell(this.#scheduler.failed(worker, true));
  }

  #do({ kind, worker, task }: Command): void {
    switch (kind) {
      case 'apply': {
        const running = { task, locks: [], changes: new Map<number, number>(), at: 0, hasFailed: false };
        this.#running[worker] = running;
        if (this.#locksOf(running).length === 0) this.#tell(this.#scheduler.applied(worker));
        return;
      }
      case 'commit':
        for (const [row, value] of this.#running[worker]!.changes) this.#rows.set(row, value);
        this.#states.push(printed(this.#rows));
        this.#free(worker);
        this.#tell(this.#scheduler.done(worker));
        return;
      case 'roll-back':
        this.#rollBacks++;
        this.#free(worker);
        this.#tell(this.#scheduler.rolledBack(worker));
        return;
      case 'give-up':
        throw new Error(`gave up at ${task.first}`);
    }
  }

  #step(running: Running, worker: number): void {
    const { writes } = this.#transactions[running.task.first - 1]!;
    const lock = this.#locksOf(running)[running.at]!;
    this.#holders.set(lock, worker);
    const row = writes[running.at];
    if (row !== undefined) {
      const before = running.changes.get(row) ?? this.#rows.get(row) ?? 0;
      running.changes.set(row, changed(before, running.task.first));
    }
    running.at++;
    if (running.at === this.#locksOf(running).length) this.#tell(this.#scheduler.applied(worker));
  }

  #locksOf({ task }: Running): string[] {
    const { writes, gaps } = this.#transactions[task.first - 1]!;
    return [...writes.map((row) => `row ${row}`), ...gaps.map((gap) => `gap ${gap}`)];
  }

  #isFree(lock: string, worker: number): boolean {
    const holder = this.#holders.get(lock);
    return holder === undefined || holder === worker;
  }

  #free(worker: number): void {
    for (const [lock, holder] of this.#holders) if (holder === worker) this.#holders.delete(lock);
    this.#running[worker] = undefined;
  }

  #tell(commands: readonly Command[]): void {
    this.#commands.push(...commands);
  }
}

/** Differs for another order of the same changes. */
function changed(before: number, number: number): number {
  return (before * 31 + number) % 1_000_003;
}

function printed(rows: ReadonlyMap<number, number>): string {
  return [...rows]
    .sort(([left], [right]) => left - right)
    .map((row) => row.join('='))
    .join(' ');
}
