import type { Dialect } from './dialect.js';
import type { FormatDescription, RawEvent } from './event.js';
import type { AnyGtid } from './gtid.js';
import type { Image } from './image.js';
import type { InvalidText } from './invalid-text.js';
import type { RowDiffs } from './json-diff.js';
import type { MariaGtids } from './maria-gtid.js';
import type { SchemaMark } from './position.js';
import type { Table } from './table.js';

/** From the first byte of a transaction's first event to the end of its last. A fact, never a resume point. */
export interface LogSpan {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Walks the row changes of one row event. `before` and `after` are reused from row to row. */
export interface RowCursor {
  /** Null for INSERT. */
  readonly before: Image | null;
  /** Null for DELETE. */
  readonly after: Image | null;
  /**
   * Where the server logged changes of JSON documents in place of the documents; else null. `after` has the documents
   * whole all the same. Only where `before` lacks the column (BINLOG_ROW_IMAGE=MINIMAL) nobody can know them: then the
   * column is absent from `after` although it changed, and the diffs are all that there is.
   */
  readonly diffs: RowDiffs | null;
  /** Moves to the next row; false after the last one. */
  next(): boolean;
}

/** One row event (at most some KiB, except for large rows) of a transaction. */
export interface Rows {
  readonly kind: 'rows';
  readonly op: 'insert' | 'update' | 'delete';
  readonly table: Table;
  readonly event: RawEvent;
  /** The statement that changed them, as its client sent it; only there where the server logs it. */
  readonly query?: string | undefined;
  /** What a server needs beside `event` to apply it; absent where a transform changed what the event says. */
  readonly logged?: LoggedRows | undefined;
  /**
   * Whether foreign keys are to be checked, and to do what they do, when the rows are changed anywhere else; absent: they
   * are. False where they were switched off, and where what they did is logged as well (MySQL since 9.6).
   */
  readonly foreignKeyChecks?: boolean | undefined;
  cursor(): RowCursor;
}

export interface LoggedRows {
  /** The TABLE_MAP of its table. */
  readonly map: RawEvent;
  readonly format: FormatDescription;
}

/** A statement that is not a row change: DDL, account management, and so on. */
export interface Statement {
  readonly kind: 'statement';
  /** The default schema it ran in; may be empty. */
  readonly schema: string;
  readonly sql: string;
  /** Set where the statement is no text in its client's character set; `sql` has U+FFFD for what is no character. */
  readonly invalid?: InvalidText;
  /** How its session read it; absent where nobody knows. */
  readonly dialect?: Dialect;
  /** Of the log that its event is in: for who wants its session and its bytes. */
  readonly format?: FormatDescription;
  readonly event: RawEvent;
}

export type Entry = Rows | Statement;

/** A two-phase transaction: its rows were logged at XA PREPARE and became visible at XA COMMIT. */
export interface PreparedXa {
  /** As MySQL prints it: X'gtrid',X'bqual',formatId. */
  readonly xid: string;
  readonly gtid: AnyGtid | null;
  readonly span: LogSpan;
  /** MariaDB's GTID position in front of it, where that is how the log is read. */
  readonly previous?: MariaGtids;
}

/** What MariaDB says to its replicas about running a transaction beside others. */
export interface ParallelHints {
  /** Transactions of the same number committed together; null where it committed alone. */
  readonly commitId: bigint | null;
  readonly isDdl: boolean;
  readonly isTransactional: boolean;
  /** It waited for a lock that another one held, so it is not to be run ahead of its turn. */
  readonly waited: boolean;
  readonly allowsParallel: boolean;
}

/** The server on which a transaction was committed first, however many it came through since. */
export interface TransactionOrigin {
  readonly committedAtUs: number;
  /** 80015 is 8.0.15. */
  readonly serverVersion: number | null;
}

/** What one commit did. Valid until `write` of the batch that holds it has settled. */
export interface Transaction {
  readonly gtid: AnyGtid | null;
  readonly span: LogSpan;
  /** Set when this is an XA COMMIT or XA ROLLBACK: where the rows were logged. */
  readonly prepared: PreparedXa | null;
  /** Set when this is an XA PREPARE that a sink asked to be handed: the id, as MySQL prints it. */
  readonly prepares?: string | undefined;
  /** Two-phase transactions that are prepared but not finished after this one. */
  readonly held: readonly PreparedXa[];
  /** How far the recorded history of columns reaches behind this one; absent where none is recorded. */
  readonly schemas?: SchemaMark | undefined;
  /** The logical clock of the source, for parallel apply; null where it logs none. */
  readonly clock: { readonly lastCommitted: number; readonly sequence: number } | null;
  /** The same from MariaDB, which has no such clock; absent elsewhere. */
  readonly hints?: ParallelHints | undefined;
  /** Microseconds since the epoch at which the source committed (seconds precision before MySQL 8.0). */
  readonly committedAtUs: number;
  /** Where it was committed first, if the log says so: MySQL 8.0 and later. */
  readonly origin?: TransactionOrigin | undefined;
  readonly serverId: number;
  /** The connection that made the changes; absent where the log does not say (MariaDB). */
  readonly threadId?: number | undefined;
  /** The storage engine's number of the transaction; absent where none took part (MyISAM, DDL) and for two-phase ones. */
  readonly xid?: bigint | undefined;
  /** Bytes of all events as held: what counts against every bound. */
  readonly sizeBytes: number;
  /** In log order; can be walked more than once. Empty for ROLLBACK and for what was filtered out. */
  readonly entries: Iterable<Entry>;
  /** Frees what the transaction holds outside memory. Called by the pipeline, after its batch has settled. */
  release(): void;
}
