/** Consecutive transactions that go to a worker together, by their numbers in the order of the source. */
export interface Task {
  readonly first: number;
  readonly last: number;
  /** All up to this one have to be committed before it begins. */
  readonly after: number;
}

/** What is to be done now. Each is answered by one of the scheduler's methods of that worker. */
export type Command =
  | { readonly kind: 'apply'; readonly worker: number; readonly task: Task }
  | { readonly kind: 'commit'; readonly worker: number; readonly task: Task }
  | { readonly kind: 'roll-back'; readonly worker: number; readonly task: Task }
  /** The task cannot be done: its last failure is final. */
  | { readonly kind: 'give-up'; readonly worker: number; readonly task: Task };

export interface SchedulerOptions {
  readonly workers: number;
  /** Whether commits keep the order of the source. */
  readonly ordered: boolean;
  /** How often a task may fail while no other one can be the reason. */
  readonly attemptsMax?: number;
}

type Worker =
  | { readonly state: 'idle' }
  | { readonly state: 'applying'; readonly task: Task; readonly isDoomed: boolean }
  | { readonly state: 'applied' | 'committing' | 'rolling-back'; readonly task: Task };

const IDLE: Worker = { state: 'idle' };
const ATTEMPTS_MAX = 10;
/** How far to look for tasks that may begin before others. */
const LOOK_AHEAD = 64;

/**
 * Decides what runs where, and does nothing itself. A worker goes
 *
 *   idle ──apply──▶ applying ──▶ applied ──commit──▶ committing ──▶ idle
 *                      │ │          │
 *                      │ └──────────┴──roll-back──▶ rolling back ──▶ idle; the task waits again
 *                      └──▶ idle, for a task that commits by itself
 *
 * With commits in order, transactions that are done early keep their locks until it is their turn, and the one whose turn
 * it is may need such a lock. So the next in order wins: when it fails, all others are rolled back, and it runs alone.
 * One that fails early is rolled back and runs again when it is the next: then its failure is its own.
 *
 * The next in order always finds a worker: none but the next takes the last idle one while it waits.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #workers: Worker[];
  /** In order. */
  #waiting: Task[] = [];
  /** All up to here are committed. */
  #committed: number;
  /** Tasks that are committed, but not all before them. */
  readonly #early = new Map<number, Task>();
  /** The task that runs while nothing else does. */
  #alone: { readonly first: number; readonly attempts: number } | null = null;
  #hasGivenUp = false;

  /** `committed`: the last number that was committed before. */
  constructor(options: SchedulerOptions, committed = 0) {
    this.#options = options;
    this.#workers = Array.from({ length: options.workers }, () => IDLE);
    this.#committed = committed;
  }

  get committed(): number {
    return this.#committed;
  }

  /** Nothing waits and nothing runs. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#workers.every(({ state }) => state === 'idle');
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Tasks come in the order of the source, each behind the one before it. */
  add(task: Task): Command[] {
    this.#waiting.push(task);
    return this.#proceed();
  }

  applied(worker: number): Command[] {
    const { task, isDoomed } = this.#applying(worker);
    this.#workers[worker] = { state: 'applied', task };
    return [...(isDoomed ? this.#rollBack(worker, task) : []), ...this.#proceed()];
  }

  done(worker: number): Command[] {
    const found = this.#workers[worker]!;
    if (found.state !== 'committing' && found.state !== 'applying') throw new Error(`a commit while ${found.state}`);
    this.#workers[worker] = IDLE;
    if (this.#alone?.first === found.task.first) this.#alone = null;
    this.#early.set(found.task.first, found.task);
    for (let next = this.#early.get(this.#committed + 1); next !== undefined; next = this.#early.get(next.last + 1)) {
      this.#early.delete(next.first);
      this.#committed = next.last;
    }
    return this.#proceed();
  }

  /** `retryable`: a lock of another one was in the way. */
  failed(worker: number, retryable: boolean): Command[] {
    const { task, isDoomed } = this.#applying(worker);
    if (isDoomed || !this.#isNext(task)) return this.#rollBack(worker, task);
    const attempts = this.#alone?.first === task.first ? this.#alone.attempts + 1 : 1;
    if (!retryable || attempts >= (this.#options.attemptsMax ?? ATTEMPTS_MAX)) {
      this.#hasGivenUp = true;
      return [{ kind: 'give-up', worker, task }];
    }
    this.#alone = { first: task.first, attempts };
    return [...this.#rollBack(worker, task), ...this.#clear()];
  }

  rolledBack(worker: number): Command[] {
    const found = this.#workers[worker]!;
    if (found.state !== 'rolling-back') throw new Error(`a rollback while ${found.state}`);
    this.#workers[worker] = IDLE;
    const { first, last } = found.task;
    const at = this.#waiting.findIndex((other) => other.first > first);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { first, last, after: first - 1 });
    return this.#proceed();
  }

  /** All others: what is done is rolled back, what runs will be. */
  #clear(): Command[] {
    return this.#workers.flatMap((worker, i) => {
      if (worker.state === 'applying') this.#workers[i] = { ...worker, isDoomed: true };
      return worker.state === 'applied' ? this.#rollBack(i, worker.task) : [];
    });
  }

  #rollBack(worker: number, task: Task): Command[] {
    this.#workers[worker] = { state: 'rolling-back', task };
    return [{ kind: 'roll-back', worker, task }];
  }

  #proceed(): Command[] {
    return this.#hasGivenUp ? [] : [...this.#commit(), ...this.#start()];
  }

  #commit(): Command[] {
    if (this.#options.ordered && this.#workers.some(({ state }) => state === 'committing')) return [];
    return this.#workers.flatMap((worker, i): Command[] => {
      if (worker.state !== 'applied' || (this.#options.ordered && !this.#isNext(worker.task))) return [];
      this.#workers[i] = { state: 'committing', task: worker.task };
      return [{ kind: 'commit', worker: i, task: worker.task }];
    });
  }

  #start(): Command[] {
    const commands: Command[] = [];
    for (let i = 0; i < Math.min(this.#waiting.length, LOOK_AHEAD); ) {
      const idle = this.#workers.flatMap(({ state }, worker) => (state === 'idle' ? [worker] : []));
      const worker = idle[0];
      if (worker === undefined) break;
      const task = this.#waiting[i]!;
      if (this.#mayStart(task, idle.length)) {
        this.#waiting.splice(i, 1);
        this.#workers[worker] = { state: 'applying', task, isDoomed: false };
        commands.push({ kind: 'apply', worker, task });
      } else i++;
    }
    return commands;
  }

  #mayStart(task: Task, idle: number): boolean {
    if (this.#alone !== null) return this.#alone.first === task.first && idle === this.#workers.length;
    if (task.after > this.#committed) return false;
    return this.#isNext(task) || idle > 1 || !this.#isNext(this.#waiting[0]!);
  }

  #isNext({ first }: Task): boolean {
    return first === this.#committed + 1;
  }

  #applying(worker: number): { readonly task: Task; readonly isDoomed: boolean } {
    const found = this.#workers[worker]!;
    if (found.state !== 'applying') throw new Error(`applied while ${found.state}`);
    return found;
  }
}
