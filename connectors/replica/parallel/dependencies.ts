import type { ParallelHints, Rows, Transaction } from 'rowtide';
import type { WriteSet } from './write-set.js';

export interface DependenciesOptions {
  /** By the keys of the target; null where they are not known. */
  readonly writeSet: WriteSet | null;
  /**
   * Whether what the source says about its transactions holds for the target: it is the only source, and its tables are
   * there as they are.
   */
  readonly trustsSource: boolean;
  /** Which table of the target the rows go to. */
  target(rows: Rows): { readonly schema: string; readonly name: string };
  /** Transactions that run alone for other reasons than theirs and their keys'. */
  isAlone?(transaction: Transaction): boolean;
}

/** Where a transaction stands among the others. */
export interface Place {
  /** From 1, in the order of the source. */
  readonly number: number;
  /** All up to this one have to be committed before it begins. */
  readonly after: number;
  /** Nothing may run beside it. */
  readonly isAlone: boolean;
}

/** Larger ones run alone: what could run beside them would wait for their commit anyway. */
const BYTES_MAX = 16 * 1024 * 1024;

/**
 * Says for each transaction, numbered from 1 in the order of the source, up to which one all have to be committed before
 * it may begin. Two sources of that knowledge, each of which is enough: what the source logged for its replicas (MySQL's
 * logical clock, MariaDB's group commits), and the keys of rows. A transaction that neither knows enough about waits for
 * all before it, and all behind wait for it: statements, two-phase transactions, tables that are not known.
 */
export class Dependencies {
  readonly #options: DependenciesOptions;
  readonly #clock = new LogicalClock();
  readonly #groups = new CommitGroups();
  #writeSet: WriteSet | null;
  #number = 0;
  #barrier = 0;
  #unknownToSource = 0;
  #unknownByKeys = 0;

  constructor(options: DependenciesOptions) {
    this.#options = options;
    this.#writeSet = options.writeSet;
  }

  /** The tables of the target have changed: keys are those of `writeSet` from now on. */
  reset(writeSet: WriteSet | null): void {
    this.#writeSet = writeSet;
    this.#barrier = this.#number;
  }

  /** Of the last transaction. */
  get number(): number {
    return this.#number;
  }

  next(transaction: Transaction): Place {
    const number = ++this.#number;
    const bySource = this.#bySource(transaction, number);
    const runsAlone = isAlone(transaction) || this.#options.isAlone?.(transaction) === true;
    const byKeys = runsAlone ? 'alone' : this.#byKeys(transaction, number);
    if (byKeys === 'alone' || (byKeys === null && bySource === null)) {
      this.#barrier = number;
      return { number, after: number - 1, isAlone: true };
    }
    // What one of the two does not know of cannot be found by it later.
    const after = Math.min(
      bySource === null ? Number.POSITIVE_INFINITY : Math.max(bySource, this.#unknownToSource),
      byKeys === null ? Number.POSITIVE_INFINITY : Math.max(byKeys, this.#unknownByKeys),
    );
    if (bySource === null) this.#unknownToSource = number;
    if (byKeys === null) this.#unknownByKeys = number;
    return { number, after: Math.max(this.#barrier, after), isAlone: false };
  }

  #bySource({ clock, hints, gtid, span }: Transaction, number: number): number | null {
    if (!this.#options.trustsSource) return null;
    if (clock !== null) return this.#clock.after(number, { ...clock, file: span.file });
    if (hints === undefined) return null;
    return this.#groups.after(number, hints, gtid !== null && 'domain' in gtid ? gtid.domain : 0);
  }

  #byKeys({ entries, hints }: Transaction, number: number): number | null | 'alone' {
    const writeSet = this.#writeSet;
    let isKnown = writeSet !== null;
    writeSet?.begin(number);
    for (const entry of entries) {
      if (entry.kind === 'statement') return 'alone';
      const found = isKnown ? writeSet!.add(entry, this.#options.target(entry)) : 'unknown';
      if (found === 'untransactional') return 'alone';
      isKnown = found === 'added';
    }
    if (!isKnown) return null;
    // It met another one on the source, and would meet it here.
    return hints?.waited === true ? number - 1 : writeSet!.end();
  }
}

function isAlone({ prepared, prepares, hints, sizeBytes }: Transaction): boolean {
  if (prepared !== null || prepares !== undefined || sizeBytes > BYTES_MAX) return true;
  return hints !== undefined && (hints.isDdl || !hints.isTransactional || !hints.allowsParallel);
}

/** MySQL: a transaction may run once all up to its last_committed are. The numbers begin anew in each file. */
class LogicalClock {
  #file = '';
  /** Of the transactions of this file, growing: theirs and ours. */
  #sequences: number[] = [];
  #numbers: number[] = [];
  /** The last one before those. */
  #before = 0;

  after(number: number, { lastCommitted, sequence, file }: { lastCommitted: number; sequence: number; file: string }) {
    if (file !== this.#file || sequence <= (this.#sequences.at(-1) ?? 0)) this.#begin(file, number);
    const after = this.#last(lastCommitted);
    this.#sequences.push(sequence);
    this.#numbers.push(number);
    if (this.#sequences.length > 2 * REMEMBERED) this.#forget();
    return after;
  }

  #begin(file: string, number: number): void {
    this.#file = file;
    this.#sequences = [];
    this.#numbers = [];
    this.#before = number - 1;
  }

  /** Our number of the last one whose sequence is not above `lastCommitted`. */
  #last(lastCommitted: number): number {
    let [low, high] = [0, this.#sequences.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sequences[middle]! <= lastCommitted) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.#before : this.#numbers[low - 1]!;
  }

  #forget(): void {
    this.#before = this.#numbers[REMEMBERED - 1]!;
    this.#sequences = this.#sequences.slice(REMEMBERED);
    this.#numbers = this.#numbers.slice(REMEMBERED);
  }
}

const REMEMBERED = 4096;

/** MariaDB: transactions of one commit id held their locks at the same time, so none of them needs another one. */
class CommitGroups {
  #commitId: bigint | null = null;
  #domain = 0;
  #before = 0;

  after(number: number, { commitId }: ParallelHints, domain: number): number {
    if (commitId === null || commitId !== this.#commitId || domain !== this.#domain) {
      this.#commitId = commitId;
      this.#domain = domain;
      this.#before = number - 1;
    }
    return this.#before;
  }
}
