import type { RawEvent } from '../../core/event.js';
import type { Table } from '../../core/table.js';
import type { Rows } from '../../core/transaction.js';

export interface RowCounts {
  insert: number;
  update: number;
  delete: number;
}

/** What a transaction did to one table. */
export interface TableCounts extends RowCounts {
  /** `schema.table` */
  readonly table: string;
  /** Of its TABLE_MAPs and row events, as logged: of a compressed transaction its share of the payload. */
  bytes: number;
}

/** The rows of one statement. */
export interface LoggedRowsStatement extends RowCounts {
  /** The table that most of its rows are of. */
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** Its text, where the server logs it; cut. */
  readonly sql: string | null;
}

/** What one commit did, as the log tells it. */
export interface LoggedTransaction {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly gtid: string | null;
  readonly outcome: 'commit' | 'rollback' | 'prepare' | 'unfinished';
  /** When it was committed, in microseconds since the epoch; in whole seconds before MySQL 8.0 and on MariaDB. */
  readonly committedAtUs: number;
  /** From the begin of its first statement to its commit, in whole seconds: logs have no finer begins. */
  readonly seconds: number;
  readonly rows: number;
  readonly tables: readonly TableCounts[];
  /** Those of very many rows. */
  readonly statements: readonly LoggedRowsStatement[];
  /** The first statement that was logged as a text: DDL, or anything under binlog_format=STATEMENT. Cut. */
  readonly sql: string | null;
  readonly clock: { readonly lastCommitted: number; readonly sequence: number } | null;
  /** MariaDB: transactions of the same number committed together. */
  readonly commitId: bigint | null;
}

const SQL_CHARACTERS_MAX = 500;
const SECONDS_TO_US = 1_000_000;

export interface Opened extends Pick<LoggedTransaction, 'gtid' | 'clock' | 'commitId'> {
  readonly commitUs: number | null;
  /** On the server where it was executed first: of this one's clock the times of its statements are. */
  readonly originalCommitUs: number | null;
  readonly begun: boolean;
  /** How many rows are very many. */
  readonly statementRowsMin: number;
}

/** Gathers the facts of a transaction whose events come by. */
export class GroupInProgress {
  begun: boolean;
  readonly #opened: Opened;
  readonly #file: string;
  readonly #start: number;
  #end: number;
  #firstSeconds: number;
  #lastSeconds: number;
  readonly #tables = new Map<Table, TableCounts>();
  #statement: StatementInProgress | null = null;
  #annotation: string | null = null;
  readonly #statements: LoggedRowsStatement[] = [];
  #sql: string | null = null;
  /** Bytes as logged for each byte of an event. */
  #scale = 1;

  constructor(file: string, first: RawEvent, opened: Opened) {
    this.#file = file;
    this.#start = first.start;
    this.#end = first.end;
    this.#firstSeconds = first.timestamp;
    this.#lastSeconds = first.timestamp;
    this.#opened = opened;
    this.begun = opened.begun;
  }

  /** Any event of it. */
  sees({ timestamp, end }: RawEvent): void {
    if (timestamp < this.#firstSeconds) this.#firstSeconds = timestamp;
    if (timestamp > this.#lastSeconds) this.#lastSeconds = timestamp;
    this.#end = end;
  }

  /** All that follows was compressed into this event. */
  compressed({ bytes }: RawEvent, uncompressedBytes: number): void {
    if (uncompressedBytes > 0) this.#scale = bytes.length / uncompressedBytes;
  }

  annotated(sql: string): void {
    this.#annotation = cut(sql);
  }

  states(sql: string): void {
    this.#sql ??= cut(sql);
  }

  mapped(table: Table, { bytes }: RawEvent): void {
    this.#countsOf(table).bytes += bytes.length * this.#scale;
  }

  changed(table: Table, { bytes }: RawEvent, { op, rows }: { op: Rows['op']; rows: number }): void {
    const counts = this.#countsOf(table);
    counts[op] += rows;
    counts.bytes += bytes.length * this.#scale;
    this.#statement ??= new StatementInProgress(this.#annotation);
    this.#statement.changed(counts.table, { op, rows, bytes: bytes.length * this.#scale });
  }

  endStatement(): void {
    const statement = this.#statement?.finish() ?? null;
    this.#statement = null;
    this.#annotation = null;
    if (statement !== null && statement.rows >= this.#opened.statementRowsMin) this.#statements.push(statement);
  }

  finish(outcome: LoggedTransaction['outcome']): LoggedTransaction {
    this.endStatement();
    const { gtid, clock, commitId, commitUs, originalCommitUs } = this.#opened;
    const tables = [...this.#tables.values()].filter((counts) => rowsOf(counts) > 0);
    const committedAtUs = commitUs ?? this.#lastSeconds * SECONDS_TO_US;
    return {
      file: this.#file,
      start: this.#start,
      end: this.#end,
      gtid,
      outcome,
      committedAtUs,
      seconds: Math.max(0, Math.floor((originalCommitUs ?? committedAtUs) / SECONDS_TO_US) - this.#firstSeconds),
      rows: tables.reduce((sum, counts) => sum + rowsOf(counts), 0),
      tables,
      statements: this.#statements,
      sql: this.#sql,
      clock,
      commitId,
    };
  }

  #countsOf(table: Table): TableCounts {
    let counts = this.#tables.get(table);
    if (counts === undefined) {
      counts = { table: `${table.schema}.${table.name}`, insert: 0, update: 0, delete: 0, bytes: 0 };
      this.#tables.set(table, counts);
    }
    return counts;
  }
}

class StatementInProgress {
  readonly #sql: string | null;
  readonly #counts: RowCounts = { insert: 0, update: 0, delete: 0 };
  #bytes = 0;
  #table = '';
  readonly #rows = new Map<string, number>();

  constructor(sql: string | null) {
    this.#sql = sql;
  }

  changed(table: string, { op, rows, bytes }: { op: Rows['op']; rows: number; bytes: number }): void {
    const ofTable = (this.#rows.get(table) ?? 0) + rows;
    this.#rows.set(table, ofTable);
    if (ofTable > (this.#rows.get(this.#table) ?? -1)) this.#table = table;
    this.#counts[op] += rows;
    this.#bytes += bytes;
  }

  finish(): LoggedRowsStatement {
    return { table: this.#table, ...this.#counts, rows: rowsOf(this.#counts), bytes: this.#bytes, sql: this.#sql };
  }
}

export function rowsOf(counts: RowCounts): number {
  return counts.insert + counts.update + counts.delete;
}

function cut(sql: string): string {
  return sql.length <= SQL_CHARACTERS_MAX ? sql : `${sql.slice(0, SQL_CHARACTERS_MAX)}…`;
}
