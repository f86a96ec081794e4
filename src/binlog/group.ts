import type { FormatDescription, RawEvent } from '../core/event.js';
import type { MariaGtids } from '../core/maria-gtid.js';
import type { SchemaMark } from '../core/position.js';
import type { Table } from '../core/table.js';
import type {
  Entry,
  LogSpan,
  ParallelHints,
  PreparedXa,
  Statement,
  Transaction,
  TransactionOrigin,
} from '../core/transaction.js';
import { dialectOf } from './dialect.js';
import type { GtidEvent } from './gtid.js';
import type { HeldEvents, Mark } from './held-events.js';
import { isMariaGtidEvent } from './maria-gtid.js';
import { decodeQuery } from './query.js';
import { isRowsEvent, RowsContext, RowsEntry, rowsFlags, rowsTableId, STMT_END_F } from './rows.js';
import * as type from './types.js';

/** A table, and the TABLE_MAP that said so. */
export interface MappedTable {
  readonly table: Table;
  readonly map: RawEvent;
}

/** By table id, as the TABLE_MAPs before a row event said; null for tables that nobody wants. */
export type Tables = ReadonlyMap<number, MappedTable | null>;

/** The events between a GTID or BEGIN and the commit, on their way to become a transaction. */
export interface Group {
  readonly opened: GtidEvent | null;
  readonly file: string;
  readonly start: number;
  /** MariaDB's GTID position in front of it, where that is how the log is read. */
  readonly previous: MariaGtids | null;
  /** Before the position that was asked for: read again only for the sake of a prepared XA transaction. */
  readonly behind: boolean;
  /** True once BEGIN or XA START was seen: statements no longer stand alone. */
  begun: boolean;
  /** Of XA START, until XA_PREPARE names it. */
  xa: boolean;
  readonly format: FormatDescription;
  readonly events: HeldEvents;
  /** A table's id does not change inside a transaction, so the last map holds for all of it. */
  tables: Tables;
  /** Where the events ended at each SAVEPOINT. */
  readonly savepoints: Map<string, Mark>;
  /** Of BEGIN or XA START. */
  threadId: number | undefined;
  /** The text of a statement, until the first of its rows that somebody wants. */
  query: RawEvent | null;
}

export interface Commit {
  readonly group: Group;
  /** Whose events the transaction shows: its own group's, those of the XA PREPARE it commits, or none. */
  readonly content: Group | null;
  readonly last: RawEvent;
  readonly schemas: SchemaMark | undefined;
  readonly prepared: PreparedXa | null;
  readonly prepares: string | undefined;
  readonly held: readonly PreparedXa[];
  readonly xid: bigint | undefined;
}

const SECONDS_TO_US = 1_000_000;

export function commit({ group, content, last, prepared, prepares, held, schemas, xid }: Commit): Transaction {
  const opened = group.opened;
  const sizeBytes = content === null ? 0 : content.events.bytes;
  return {
    gtid: opened?.gtid ?? null,
    span: spanOf(group, last),
    prepared,
    prepares,
    held,
    schemas,
    clock:
      opened === null || opened.sequenceNumber === 0
        ? null
        : { lastCommitted: opened.lastCommitted, sequence: opened.sequenceNumber },
    hints: hintsOf(opened),
    committedAtUs: opened?.immediateCommitUs ?? last.timestamp * SECONDS_TO_US,
    origin: originOf(opened),
    serverId: last.serverId,
    threadId: threadOf(content ?? group),
    xid,
    sizeBytes,
    entries: content === null ? [] : { [Symbol.iterator]: () => entriesOf(content) },
    release: () => content?.events.release(),
  };
}

function hintsOf(opened: GtidEvent | null): ParallelHints | undefined {
  return opened !== null && isMariaGtidEvent(opened) ? opened : undefined;
}

function originOf(opened: GtidEvent | null): TransactionOrigin | undefined {
  const { originalCommitUs = 0, originalServerVersion = null } = opened?.facts ?? {};
  return originalCommitUs === 0 ? undefined : { committedAtUs: originalCommitUs, serverVersion: originalServerVersion };
}

export function prepare(group: Group, xid: string, last: RawEvent): PreparedXa {
  const xa = { xid, gtid: group.opened?.gtid ?? null, span: spanOf(group, last) };
  return group.previous === null ? xa : { ...xa, previous: group.previous };
}

function threadOf({ threadId, opened }: Group): number | undefined {
  return threadId ?? opened?.threadId ?? undefined;
}

function spanOf(group: Group, last: RawEvent): LogSpan {
  return { file: group.file, start: group.start, end: last.end };
}

function* entriesOf(group: Group): Generator<Entry> {
  const { format, tables } = group;
  const { isLasting } = group.events;
  const withoutQuery = new RowsContext(format, isLasting);
  let context = withoutQuery;
  for (const event of group.events.events()) {
    if (isQueryText(event.type)) {
      context = new RowsContext(format, isLasting, event);
      continue;
    }
    if (!isRowsEvent(event.type)) {
      yield statementOf(event, format);
      continue;
    }
    // DUMMY_TABLE_ID has no table.
    const mapped = tables.get(rowsTableId(event, format));
    if (mapped) yield new RowsEntry(event, mapped, context);
    if (context !== withoutQuery && (rowsFlags(event, format) & STMT_END_F) !== 0) context = withoutQuery;
  }
}

function statementOf(event: RawEvent, format: FormatDescription): Statement {
  const { schema, sql, invalid, status, serverVersion } = decodeQuery(event, format);
  return {
    kind: 'statement',
    schema,
    sql,
    ...(invalid && { invalid }),
    get dialect() {
      return dialectOf(status, serverVersion);
    },
    format,
    event,
  };
}

/** Events with the text of the statement whose rows follow. */
export function isQueryText(eventType: number): boolean {
  return eventType === type.ROWS_QUERY_LOG_EVENT || eventType === type.ANNOTATE_ROWS_EVENT;
}
