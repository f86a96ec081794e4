import type { LoggedTransaction } from './logged-transaction.js';

/** How many transactions a replica could have applied at once, had it workers for all. */
export interface Parallelism {
  /** `logical-clock` is MySQL's last_committed and sequence_number, `commit-id` MariaDB's groups. */
  readonly by: 'logical-clock' | 'commit-id';
  /** Transactions that say it. */
  readonly transactions: number;
  /** Steps that it takes if all that may run at once runs in one. */
  readonly steps: number;
  readonly average: number;
  readonly most: number;
}

/**
 * Counts steps by what the source logged for its replicas.
 *
 * MySQL: a transaction may run once all up to its last_committed are done, so its step is the one behind the last of
 * theirs. Numbers begin anew in each file, and so does a replica.
 * MariaDB: transactions that committed together carry the same commit id and stand together; those without are alone.
 * (Optimistic appliers run more, and take back what conflicts.)
 */
export class ParallelismCounter {
  #file = '';
  #clock: Clock | null = null;
  #commitId: bigint | null = null;
  #groupSize = 0;
  #by: Parallelism['by'] = 'logical-clock';
  #transactions = 0;
  #steps = 0;
  #most = 0;

  add({ file, clock, commitId, gtid }: LoggedTransaction): void {
    if (clock !== null) {
      if (this.#clock === null || file !== this.#file) this.#beginFile(file);
      this.#transactions++;
      this.#clock?.add(clock);
    } else if (gtid !== null && MARIADB_GTID.test(gtid)) this.#addToGroup(commitId);
  }

  /** Null where the log says nothing about it. */
  finish(): Parallelism | null {
    this.#endFile();
    const [by, transactions, steps, most] = [this.#by, this.#transactions, this.#steps, this.#most];
    return transactions === 0 ? null : { by, transactions, steps, average: transactions / steps, most };
  }

  #addToGroup(commitId: bigint | null): void {
    this.#by = 'commit-id';
    this.#transactions++;
    const isSame = commitId !== null && commitId === this.#commitId;
    this.#commitId = commitId;
    this.#groupSize = isSame ? this.#groupSize + 1 : 1;
    if (!isSame) this.#steps++;
    this.#most = Math.max(this.#most, this.#groupSize);
  }

  #beginFile(file: string): void {
    this.#endFile();
    this.#file = file;
    this.#clock = new Clock();
  }

  #endFile(): void {
    if (this.#clock === null) return;
    this.#steps += this.#clock.steps;
    this.#most = Math.max(this.#most, this.#clock.most);
    this.#clock = null;
  }
}

const MARIADB_GTID = /^\d+-\d+-\d+$/;

/** The logical clock of one file. */
class Clock {
  /** By sequence number, counted from the first: the last step of all up to it. */
  #stepUpTo = new Int32Array(1024);
  #first = -1;
  #next = 0;
  readonly #sizes: number[] = [];
  most = 0;

  get steps(): number {
    return this.#sizes.length;
  }

  add({ lastCommitted, sequence }: { lastCommitted: number; sequence: number }): void {
    if (this.#first < 0) this.#first = sequence;
    const index = Math.max(sequence - this.#first, this.#next);
    const behind = Math.min(lastCommitted - this.#first, this.#next - 1);
    const step = behind < 0 ? 0 : this.#stepUpTo[behind]! + 1;
    const before = this.#next === 0 ? -1 : this.#stepUpTo[this.#next - 1]!;
    // What lies between was left out of the log that is looked at.
    this.#reserve(index + 1);
    this.#stepUpTo.fill(before, this.#next, index);
    this.#stepUpTo[index] = Math.max(before, step);
    this.#next = index + 1;
    const size = (this.#sizes[step] ?? 0) + 1;
    this.#sizes[step] = size;
    if (size > this.most) this.most = size;
  }

  #reserve(length: number): void {
    if (length <= this.#stepUpTo.length) return;
    const larger = new Int32Array(Math.max(length, this.#stepUpTo.length * 2));
    larger.set(this.#stepUpTo);
    this.#stepUpTo = larger;
  }
}
