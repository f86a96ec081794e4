import type { FactWriter, ViewFormat } from './fact-writer.js';
import { type LargeStatement, largeStatement } from './kind-chunk.js';
import { type LoggedTransaction, type RowCounts, rowsOf } from './logged-transaction.js';
import { type Parallelism, ParallelismCounter } from './parallelism.js';
import { Rate, type RateBucket } from './rate.js';
import { summaryText } from './summary-text.js';
import { Top } from './top.js';
import { type TrackerOptions, TransactionTracker } from './transaction-tracker.js';
import { transactionFact } from './transactions.js';
import type { View, ViewedEvent } from './view.js';

export interface TableSummary extends RowCounts {
  readonly table: string;
  rows: number;
  transactions: number;
  bytes: number;
  /** Of all bytes of the log. */
  share: number;
}

/** What a log is made of. */
export interface Summary {
  readonly files: readonly string[];
  /** First and last commit, in µs since the epoch; null without any. */
  readonly from: number | null;
  readonly to: number | null;
  readonly events: number;
  readonly bytes: number;
  readonly transactions: number;
  readonly rows: number;
  /** The one with most bytes first. */
  readonly tables: readonly TableSummary[];
  readonly largest: readonly LoggedTransaction[];
  /** Those that took a second and more. */
  readonly longest: readonly LoggedTransaction[];
  readonly rate: { readonly seconds: number; readonly buckets: readonly RateBucket[] };
  readonly parallelism: Parallelism | null;
  /** Statements of so many rows and more, the largest first. */
  readonly statementRowsMin: number;
  readonly statements: readonly LargeStatement[];
}

export interface SummaryOptions extends Pick<TrackerOptions, 'countRows'> {
  readonly format: ViewFormat;
  readonly statementRowsMin: number;
}

const TOP = 10;
const SECONDS_TO_US = 1_000_000;

export class SummaryView implements View {
  readonly #writer: FactWriter;
  readonly #format: ViewFormat;
  readonly #statementRowsMin: number;
  readonly #tracker: TransactionTracker;
  readonly #files: string[] = [];
  #file = '';
  #events = 0;
  #bytes = 0;
  #transactions = 0;
  #rows = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  readonly #tables = new Map<string, TableSummary>();
  readonly #largest = new Top<LoggedTransaction>(TOP, ({ start, end }) => end - start);
  readonly #longest = new Top<LoggedTransaction>(TOP, ({ seconds }) => seconds);
  readonly #statements = new Top<LargeStatement>(TOP, ({ rows }) => rows);
  readonly #rate = new Rate();
  readonly #parallelism = new ParallelismCounter();

  constructor(writer: FactWriter, { format, statementRowsMin, ...options }: SummaryOptions) {
    this.#writer = writer;
    this.#format = format;
    this.#statementRowsMin = statementRowsMin;
    this.#tracker = new TransactionTracker((transaction) => this.#add(transaction), { ...options, statementRowsMin });
  }

  event(viewed: ViewedEvent): void {
    const { file, event, inner } = viewed;
    if (file !== this.#file) {
      this.#file = file;
      this.#files.push(file);
    }
    if (!inner) {
      this.#events++;
      this.#bytes += event.end - event.start;
    }
    this.#tracker.event(viewed);
  }

  end(): void {
    this.#tracker.end();
    const summary = this.#finish();
    if (this.#format === 'text') this.#writer.head(summaryText(summary).join('\n'));
    else this.#writer.only(summaryFact(summary));
  }

  #add(transaction: LoggedTransaction): void {
    const { start, end, rows, committedAtUs, seconds, tables } = transaction;
    const bytes = end - start;
    this.#transactions++;
    this.#rows += rows;
    this.#from = Math.min(this.#from, committedAtUs);
    this.#to = Math.max(this.#to, committedAtUs);
    for (const counts of tables) this.#addTable(counts);
    this.#largest.add(transaction);
    if (seconds > 0) this.#longest.add(transaction);
    for (const statement of transaction.statements) this.#statements.add(largeStatement(statement, transaction));
    this.#rate.add(Math.floor(committedAtUs / SECONDS_TO_US), { transactions: 1, rows, bytes });
    this.#parallelism.add(transaction);
  }

  #addTable(counts: LoggedTransaction['tables'][number]): void {
    let sum = this.#tables.get(counts.table);
    if (sum === undefined) {
      sum = { table: counts.table, insert: 0, update: 0, delete: 0, rows: 0, transactions: 0, bytes: 0, share: 0 };
      this.#tables.set(counts.table, sum);
    }
    sum.insert += counts.insert;
    sum.update += counts.update;
    sum.delete += counts.delete;
    sum.rows += rowsOf(counts);
    sum.transactions++;
    sum.bytes += counts.bytes;
  }

  #finish(): Summary {
    const tables = [...this.#tables.values()].sort((a, b) => b.bytes - a.bytes);
    for (const table of tables) {
      table.bytes = Math.round(table.bytes);
      table.share = this.#bytes === 0 ? 0 : table.bytes / this.#bytes;
    }
    const isEmpty = this.#transactions === 0;
    return {
      files: this.#files,
      from: isEmpty ? null : this.#from,
      to: isEmpty ? null : this.#to,
      events: this.#events,
      bytes: this.#bytes,
      transactions: this.#transactions,
      rows: this.#rows,
      tables,
      largest: this.#largest.inOrder(),
      longest: this.#longest.inOrder(),
      rate: { seconds: this.#rate.seconds, buckets: this.#rate.buckets() },
      parallelism: this.#parallelism.finish(),
      statementRowsMin: this.#statementRowsMin,
      statements: this.#statements.inOrder(),
    };
  }
}

function summaryFact(summary: Summary): object {
  return {
    ...summary,
    largest: summary.largest.map(transactionFact),
    longest: summary.longest.map(transactionFact),
    statements: summary.statements.map(({ transaction, ...statement }) => ({
      ...statement,
      bytes: Math.round(statement.bytes),
      transaction: transactionFact(transaction),
    })),
  };
}
