import { decodeAnnotateRows } from '../../binlog/annotate-rows.js';
import type { GtidEvent } from '../../binlog/gtid.js';
import { decodeMariaGtid } from '../../binlog/maria-gtid.js';
import { decodeQuery } from '../../binlog/query.js';
import { isRowsEvent, rowsFlags, STMT_END_F, shapeOf } from '../../binlog/rows.js';
import { rowsQueryBytes } from '../../binlog/rows-query.js';
import { decodeTransactionPayload } from '../../binlog/transaction-payload.js';
import * as type from '../../binlog/types.js';
import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import { unreachable } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import { transactionControl } from '../../sql/transaction-control.js';
import { decodeAnyGtid } from '../gtid-event.js';
import { LoggedTables } from '../logged-tables.js';
import { GroupInProgress, type LoggedTransaction } from './logged-transaction.js';
import { type CountRows, countAllRows } from './row-counts.js';
import type { ViewedEvent } from './view.js';

export interface TrackerOptions {
  /** All rows, unless some are searched for. */
  readonly countRows?: CountRows;
  /** Statements of so many rows are told one by one. */
  readonly statementRowsMin?: number;
}

/**
 * Tells what each transaction of a log did. Nothing of a log is refused: statements count as statements, and a
 * transaction whose end is not there is told as unfinished.
 *
 *   idle ──GTID──▶ opened ──BEGIN, XA START──▶ begun ──XID, COMMIT, ROLLBACK, XA_PREPARE──▶ idle, told
 *     │              └──any other statement──▶ idle, told
 *     └──BEGIN, or any other statement (no GTIDs before MySQL 5.6)──▶ as behind a GTID
 */
export class TransactionTracker {
  readonly #tell: (transaction: LoggedTransaction) => void;
  readonly #countRows: CountRows;
  readonly #statementRowsMin: number;
  readonly #tables = new LoggedTables();
  #group: GroupInProgress | null = null;

  constructor(tell: (transaction: LoggedTransaction) => void, options: TrackerOptions = {}) {
    this.#tell = tell;
    this.#countRows = options.countRows ?? countAllRows();
    this.#statementRowsMin = options.statementRowsMin ?? Number.POSITIVE_INFINITY;
  }

  event(viewed: ViewedEvent): void {
    const { event, format } = viewed;
    this.#group?.sees(event);
    if (isRowsEvent(event.type)) {
      this.#rows(viewed);
      return;
    }
    switch (event.type) {
      case type.TABLE_MAP_EVENT:
        this.#begun(viewed).mapped(this.#tables.map(event, format), event);
        return;
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT:
        this.#open(viewed, decodeAnyGtid(event));
        return;
      case type.GTID_EVENT: {
        const opened = decodeMariaGtid(event);
        this.#open(viewed, opened, opened.commitId);
        return;
      }
      case type.QUERY_EVENT:
      case type.QUERY_COMPRESSED_EVENT:
      case type.EXECUTE_LOAD_QUERY_EVENT:
        this.#query(viewed);
        return;
      case type.ROWS_QUERY_LOG_EVENT:
        this.#begun(viewed).annotated(rowsQueryBytes(event).toString());
        return;
      case type.ANNOTATE_ROWS_EVENT:
        this.#begun(viewed).annotated(decodeAnnotateRows(event).sql);
        return;
      case type.TRANSACTION_PAYLOAD_EVENT:
        this.#begun(viewed).compressed(event, decodeTransactionPayload(event).uncompressedBytes);
        return;
      case type.XID_EVENT:
        this.#finish('commit');
        return;
      case type.XA_PREPARE_LOG_EVENT:
        this.#finish(decodeXaPrepare(event, format).onePhase ? 'commit' : 'prepare');
        return;
      case type.START_EVENT_V3:
      case type.FORMAT_DESCRIPTION_EVENT:
      case type.ROTATE_EVENT:
      case type.STOP_EVENT:
        this.#finish('unfinished');
        return;
    }
  }

  end(): void {
    this.#finish('unfinished');
  }

  #open({ file, event }: ViewedEvent, opened: GtidEvent, commitId: bigint | null = null): void {
    this.#finish('unfinished');
    const { gtid, lastCommitted, sequenceNumber, immediateCommitUs, begins, facts } = opened;
    this.#group = new GroupInProgress(file, event, {
      statementRowsMin: this.#statementRowsMin,
      gtid: gtid === null ? null : formatGtid(gtid),
      commitUs: immediateCommitUs,
      originalCommitUs: facts?.originalCommitUs || null,
      clock: sequenceNumber === 0 ? null : { lastCommitted, sequence: sequenceNumber },
      commitId,
      begun: begins ?? false,
    });
  }

  /** What belongs to a transaction begins one, where nothing else did. */
  #begun({ file, event }: ViewedEvent): GroupInProgress {
    this.#group ??= new GroupInProgress(file, event, { ...BARE, statementRowsMin: this.#statementRowsMin });
    return this.#group;
  }

  #rows(viewed: ViewedEvent): void {
    const { event, format } = viewed;
    const group = this.#begun(viewed);
    const table = this.#tables.of(event, format);
    if (table !== null)
      group.changed(table, event, { op: shapeOf(event.type).op, rows: this.#countRows(table, viewed) });
    if ((rowsFlags(event, format) & STMT_END_F) !== 0) group.endStatement();
  }

  #query(viewed: ViewedEvent): void {
    const { schema, sql } = decodeQuery(viewed.event, viewed.format);
    const control = transactionControl(sql);
    if (control.kind === 'nothing' && this.#group === null) return;
    const group = this.#begun(viewed);
    switch (control.kind) {
      case 'begin':
      case 'xa-start':
        group.begun = true;
        return;
      case 'commit':
        this.#finish('commit');
        return;
      case 'rollback':
        this.#finish('rollback');
        return;
      case 'xa-commit':
      case 'xa-rollback':
        group.states(sql);
        this.#finish(control.kind === 'xa-commit' ? 'commit' : 'rollback');
        return;
      case 'savepoint':
      case 'rollback-to':
      case 'xa-end':
        return;
      case 'nothing':
        if (!group.begun) this.#finish('commit');
        return;
      case 'statement':
        group.states(useOf(viewed, schema) + sql);
        if (!group.begun) this.#finish('commit');
        return;
      default:
        unreachable(control);
    }
  }

  #finish(outcome: LoggedTransaction['outcome']): void {
    const group = this.#group;
    this.#group = null;
    if (group !== null) this.#tell(group.finish(outcome));
  }
}

function useOf({ event }: ViewedEvent, schema: string): string {
  return schema === '' || (event.flags & type.FLAG_SUPPRESS_USE) !== 0 ? '' : `use ${schema}; `;
}

const BARE = { gtid: null, commitUs: null, originalCommitUs: null, clock: null, commitId: null, begun: false };
