import { type Command, Scheduler, type SchedulerOptions, type Task } from './scheduler.js';

/** One connection of an applier. It is asked for one thing at a time. */
export interface Worker<U extends Task> {
  /** Does all of a unit but its commit, which it says is done, too, where the two cannot be told apart. */
  apply(unit: U): Promise<'applied' | 'committed'>;
  commit(unit: U): Promise<void>;
  /** Undoes what was applied and not committed. Called after an error of `apply`, too. */
  rollBack(): Promise<void>;
}

/** What an error of `apply` means: others hold a lock; it would fail again; nobody knows what was done. */
export type Failure = 'locked' | 'refused' | 'lost';

export type Doing = 'applying' | 'waiting' | 'committing' | 'rolling back' | 'idle';

export interface WorkersOptions<U extends Task> extends Omit<SchedulerOptions, 'workers'> {
  readonly failureOf: (error: unknown) => Failure;
  /** Told what a worker does from now on, with which unit; idle: it is done with it. */
  readonly watch?: (worker: number, doing: Doing, unit: U) => void;
}

/** So many wait for a worker at the most: more would be memory, and nothing else. */
const WAITING_MAX = 64;

/** Runs units on several connections, as the scheduler says. After an error the connections are not to be used again. */
export class Workers<U extends Task> {
  readonly #workers: readonly Worker<U>[];
  readonly #options: WorkersOptions<U>;

  constructor(workers: readonly Worker<U>[], options: WorkersOptions<U>) {
    this.#workers = workers;
    this.#options = options;
  }

  /** Resolves when all units are committed. `units` may wait until those that it gave are (`drained`). */
  async run(units: (drained: () => Promise<void>) => AsyncIterable<U>, committed: number): Promise<void> {
    const run = new Run(this.#workers, this.#options, committed);
    try {
      for await (const unit of units(() => run.until(() => run.isIdle))) {
        await run.until(() => run.waiting < WAITING_MAX);
        run.add(unit);
      }
      await run.until(() => run.isIdle);
    } finally {
      await run.settled();
    }
  }
}

class Run<U extends Task> {
  readonly #workers: readonly Worker<U>[];
  readonly #scheduler: Scheduler;
  readonly #failureOf: WorkersOptions<U>['failureOf'];
  readonly #watch: NonNullable<WorkersOptions<U>['watch']>;
  readonly #units = new Map<number, U>();
  /** What the last attempt at a unit ended with, by its first number. */
  readonly #errors = new Map<number, unknown>();
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  constructor(
    workers: readonly Worker<U>[],
    { failureOf, watch = () => undefined, ...options }: WorkersOptions<U>,
    committed: number,
  ) {
    this.#workers = workers;
    this.#failureOf = failureOf;
    this.#watch = watch;
    this.#scheduler = new Scheduler({ ...options, workers: workers.length }, committed);
  }

  get isIdle(): boolean {
    return this.#scheduler.isIdle;
  }

  get waiting(): number {
    return this.#scheduler.waiting;
  }

  add(unit: U): void {
    this.#units.set(unit.first, unit);
    this.#perform(this.#scheduler.add(unit));
  }

  /** Throws what made a worker fail. */
  async until(isTrue: () => boolean): Promise<void> {
    while (this.#failure === null && !isTrue()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Nothing is under way any more. */
  async settled(): Promise<void> {
    this.#failure ??= { error: new Error('the units came to an end') };
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #perform(commands: readonly Command[]): void {
    for (const command of commands) {
      const running: Promise<void> = this.#do(command).then(
        (next) => this.#then(running, next),
        (error: unknown) => this.#fail(running, error),
      );
      this.#running.add(running);
    }
  }

  #then(running: Promise<void>, next: () => readonly Command[]): void {
    this.#running.delete(running);
    if (this.#failure !== null) return;
    try {
      this.#perform(next());
    } catch (error) {
      this.#failure = { error };
    }
    this.#wake();
  }

  #fail(running: Promise<void>, error: unknown): void {
    this.#running.delete(running);
    this.#failure ??= { error };
    this.#wake();
  }

  /** Gives what the scheduler is to be told. */
  async #do({ kind, worker, task }: Command): Promise<() => readonly Command[]> {
    const unit = this.#units.get(task.first)!;
    switch (kind) {
      case 'apply':
        return this.#apply(worker, unit);
      case 'commit':
        this.#watch(worker, 'committing', unit);
        await this.#workers[worker]!.commit(unit);
        return () => this.#done(worker, unit);
      case 'roll-back':
        this.#watch(worker, 'rolling back', unit);
        await this.#workers[worker]!.rollBack();
        return () => this.#scheduler.rolledBack(worker);
      case 'give-up':
        throw this.#errors.get(task.first);
    }
  }

  async #apply(worker: number, unit: U): Promise<() => readonly Command[]> {
    this.#watch(worker, 'applying', unit);
    try {
      const outcome = await this.#workers[worker]!.apply(unit);
      if (outcome === 'committed') return () => this.#done(worker, unit);
      this.#watch(worker, 'waiting', unit);
      return () => this.#scheduler.applied(worker);
    } catch (error) {
      const failure = this.#failureOf(error);
      if (failure === 'lost') throw error;
      this.#errors.set(unit.first, error);
      return () => this.#scheduler.failed(worker, failure === 'locked');
    }
  }

  #done(worker: number, unit: U): readonly Command[] {
    this.#watch(worker, 'idle', unit);
    this.#units.delete(unit.first);
    this.#errors.delete(unit.first);
    return this.#scheduler.done(worker);
  }
}
