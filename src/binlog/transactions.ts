import { locateError, malformed, unreachable } from '../core/errors.js';
import type { FormatDescription, LogBlock, LogPoint, RawEvent } from '../core/event.js';
import type { LogPosition, SchemaMark } from '../core/position.js';
import type { LogSource, Source } from '../core/source.js';
import type { Table } from '../core/table.js';
import type { PreparedXa, Transaction } from '../core/transaction.js';
import { changesRows } from '../sql/keyword.js';
import { transactionControl } from '../sql/transaction-control.js';
import { EventMemory, lasting } from './event-memory.js';
import { commit, type Group, prepare, type Tables } from './group.js';
import { decodeGtid, decodeGtidTagged, type GtidEvent } from './gtid.js';
import { decodeGtidList } from './gtid-list.js';
import { HeldEvents } from './held-events.js';
import { decodeIncident } from './incident.js';
import { located, placeOf } from './located.js';
import { decodeMariaGtid } from './maria-gtid.js';
import { payloadEvents } from './payload-events.js';
import { decodeQuery, type LoggedStatement, type QueryEvent } from './query.js';
import { anonymous, incident, prepareMissing, statementLogged, unknownEvent } from './refusals.js';
import { Resume } from './resume.js';
import { DUMMY_TABLE_ID, isRowsEvent, rowsTableId } from './rows.js';
import type { Spool } from './spool.js';
import { decodeTableMap, decodeTableName, isSameBody, type TableMap } from './table-map.js';
import { decodeTransactionPayload } from './transaction-payload.js';
import * as type from './types.js';
import { decodeXaPrepare } from './xa-prepare.js';
import { decodeXid } from './xid.js';

/** Says what the columns of a table are. `table` is asked once for each distinct TABLE_MAP of a stream. */
export interface Schemas {
  /** Throws TABLE_UNKNOWN where there is no honest answer. */
  table(map: TableMap, at: LogPoint): Promise<Table>;
  /**
   * A statement that may have changed tables, before any later event is asked about. Resolves when that is remembered,
   * which the transaction of the statement waits for.
   */
  record(statement: LoggedStatement, at: LogPoint): Promise<void> | undefined;
  /** How far the history reaches that remembers; absent where there is none. */
  readonly mark?: SchemaMark | undefined;
}

export interface TransactionsOptions {
  readonly schemas: Schemas;
  /**
   * False for tables whose rows nobody reads: `schemas` is not asked about them, and their row events are dropped as they
   * come, so that no column of theirs has to be understood.
   */
  readonly wants?: (schema: string, table: string) => boolean;
  readonly spool: Spool;
  /** True: XA PREPARE and what finishes it are transactions of their own, as the log has them. Default: one, at the end. */
  readonly xaSteps?: boolean;
  /** Where an empty sink begins; once per pipeline. */
  start(log: LogSource, signal: AbortSignal): Promise<LogPosition>;
  /** Bytes of one transaction held in memory; what is larger goes to the spool. Default 64 MiB. */
  readonly memoryBytesMax?: number | undefined;
}

/** The one way from a log to transactions. Whatever it does not understand ends the stream by name. */
export function transactions(log: LogSource, options: TransactionsOptions): Source {
  return {
    async start(signal) {
      const [source, position] = [await log.identity(signal), await options.start(log, signal)];
      return { source, log: position, held: [] };
    },
    async *read(from, signal) {
      const resume = new Resume(from, log);
      const assembler = new Assembler(resume, { ...options, memory: log.reusesMemory ? new EventMemory() : null });
      try {
        for await (const block of log.read(resume.readFrom, signal)) {
          for (const event of block.events) {
            // Only few events have to wait for something; the others should not cost a turn of the event loop.
            if (event.type === type.TABLE_MAP_EVENT) await assembler.tableMap(event, block);
            else if (event.type === type.TRANSACTION_PAYLOAD_EVENT) {
              yield* assembler.payload(event, block);
            } else {
              const transaction = assembler.accept(event, block);
              if (assembler.recording !== undefined) await assembler.recorded();
              if (transaction !== null) yield transaction;
            }
          }
        }
      } finally {
        assembler.release();
      }
    },
  };
}

/** What the end of a transaction says of it. */
interface End {
  readonly prepared?: PreparedXa | undefined;
  readonly prepares?: string | undefined;
  readonly xid?: bigint | undefined;
}

type AssemblerOptions = TransactionsOptions & { readonly memory: EventMemory | null };

/**
 * Groups events into transactions:
 *
 *   idle ──GTID──▶ opened ──BEGIN, XA START──▶ begun ──XID, COMMIT──▶ idle, yields
 *     │              └──any other statement──▶ idle, yields            ├──ROLLBACK──▶ idle, yields nothing of it
 *     ├──BEGIN (no GTIDs before MySQL 5.7)──▶ begun                    └──XA_PREPARE──▶ idle, held until XA COMMIT
 *     └──MariaDB's GTID, unless it stands alone──▶ begun
 */
class Assembler {
  readonly #options: AssemblerOptions;
  readonly #resume: Resume;
  #group: Group | null = null;
  /** Until what a statement changed is remembered. */
  recording: Promise<void> | undefined;
  readonly #prepared = new Map<string, { group: Group; xa: PreparedXa }>();
  #tables: Tables = new Map();
  readonly #maps = new Map<number, { event: RawEvent; format: FormatDescription }>();

  constructor(resume: Resume, options: AssemblerOptions) {
    this.#options = options;
    this.#resume = resume;
  }

  async recorded(): Promise<void> {
    await this.recording;
    this.recording = undefined;
  }

  release(): void {
    this.#group?.events.release();
    for (const { group } of this.#prepared.values()) group.events.release();
  }

  async tableMap(event: RawEvent, block: LogBlock): Promise<void> {
    if (this.#group === null) throw locateError(malformed('outside a transaction'), placeOf(event, block));
    if (isPassedOver(this.#group)) return;
    const tableId = rowsTableId(event, block.format);
    const known = this.#maps.get(tableId);
    if (known === undefined || known.format !== block.format || !isSameBody(known.event.bytes, event.bytes)) {
      const kept = lasting(event, this.#options.memory);
      const table = await this.#resolve(kept, block);
      this.#maps.set(tableId, { event: kept, format: block.format });
      // Transactions share the map until it changes; those that are on their way keep the old one.
      this.#tables = new Map(this.#tables).set(tableId, table === null ? null : { table, map: kept });
    }
    this.#group.tables = this.#tables;
  }

  async *payload(event: RawEvent, block: LogBlock): AsyncGenerator<Transaction> {
    for await (const inner of located(this.#inflated(event, block.format), placeOf(event, block))) {
      if (inner.type === type.TABLE_MAP_EVENT) await this.tableMap(inner, block);
      else {
        const transaction = this.accept(inner, block);
        if (this.recording !== undefined) await this.recorded();
        if (transaction !== null) yield transaction;
      }
    }
  }

  async *#inflated(event: RawEvent, format: FormatDescription): AsyncGenerator<RawEvent> {
    const payload = decodeTransactionPayload(event);
    this.#group?.events.expect(payload.uncompressedBytes);
    yield* payloadEvents(payload, event, format);
  }

  accept(event: RawEvent, block: LogBlock): Transaction | null {
    try {
      return this.#skipReread(this.#accept(event, block));
    } catch (error) {
      throw locateError(error, placeOf(event, block));
    }
  }

  #accept(event: RawEvent, block: LogBlock): Transaction | null {
    if (isRowsEvent(event.type)) {
      this.#rows(event, block);
      return null;
    }
    switch (event.type) {
      case type.GTID_LOG_EVENT:
        return this.#open(event, block, decodeGtid(event, false));
      case type.ANONYMOUS_GTID_LOG_EVENT:
        return this.#open(event, block, decodeGtid(event, true));
      case type.GTID_TAGGED_LOG_EVENT:
        return this.#open(event, block, decodeGtidTagged(event));
      case type.GTID_EVENT:
        return this.#open(event, block, decodeMariaGtid(event));
      case type.GTID_LIST_EVENT:
        this.#resume.list(decodeGtidList(event));
        return null;
      case type.QUERY_COMPRESSED_EVENT:
      case type.QUERY_EVENT:
        return this.#query(event, block, decodeQuery(event, block.format));
      case type.XID_EVENT: {
        const group = this.#begun('XID');
        return this.#finish(group, group, event, { xid: decodeXid(event, block.format) });
      }
      case type.XA_PREPARE_LOG_EVENT:
        return this.#prepare(event, block.format);
      case type.START_EVENT_V3:
      case type.FORMAT_DESCRIPTION_EVENT:
      case type.ROTATE_EVENT:
      case type.STOP_EVENT:
        if (this.#group !== null) throw malformed('the file ends inside a transaction');
        return null;
      case type.INCIDENT_EVENT:
        throw incident(decodeIncident(event, block.format).message);
      case type.LOAD_EVENT:
      case type.NEW_LOAD_EVENT:
      case type.CREATE_FILE_EVENT:
      case type.EXEC_LOAD_EVENT:
      case type.BEGIN_LOAD_QUERY_EVENT:
      case type.APPEND_BLOCK_EVENT:
      case type.EXECUTE_LOAD_QUERY_EVENT:
      case type.DELETE_FILE_EVENT:
        throw statementLogged('LOAD DATA');
      case type.ROWS_QUERY_LOG_EVENT:
      case type.ANNOTATE_ROWS_EVENT:
        if (this.#group !== null) this.#group.query = lasting(event, this.#options.memory);
        return null;
      case type.PREVIOUS_GTIDS_LOG_EVENT:
      case type.IGNORABLE_LOG_EVENT:
      // What a statement depends on; a statement that changes rows stops by itself.
      case type.INTVAR_EVENT:
      case type.RAND_EVENT:
      case type.USER_VAR_EVENT:
      // Said between transactions by MariaDB.
      case type.BINLOG_CHECKPOINT_EVENT:
      case type.START_ENCRYPTION_EVENT:
      // Certification of group replication, which its members need and readers do not.
      case type.TRANSACTION_CONTEXT_EVENT:
      case type.VIEW_CHANGE_EVENT:
        return null;
      default:
        if ((event.flags & type.FLAG_IGNORABLE) !== 0) return null;
        throw unknownEvent(event);
    }
  }

  #rows(event: RawEvent, block: LogBlock): void {
    const group = this.#begun('rows');
    if (isPassedOver(group)) return;
    const tableId = rowsTableId(event, block.format);
    const mapped = group.tables.get(tableId);
    if (mapped === undefined && tableId !== DUMMY_TABLE_ID) {
      throw malformed(`rows of the table id ${tableId}, which no TABLE_MAP before them explains`);
    }
    if (mapped === null) return;
    if (group.query !== null) group.events.push(group.query);
    group.query = null;
    group.events.push(event);
  }

  #open(event: RawEvent, block: LogBlock, opened: GtidEvent | null): null {
    if (this.#group !== null) throw malformed('a transaction begins inside another one');
    const gtid = opened?.gtid ?? null;
    if (opened !== null && gtid === null && this.#resume.from.log.kind !== 'file') throw anonymous();
    const previous = this.#resume.executed;
    this.#resume.open(gtid);
    this.#group = {
      opened,
      file: block.file,
      start: event.start,
      previous,
      behind: this.#resume.isBehind(gtid, { file: block.file, start: event.start }),
      begun: opened?.begins ?? false,
      xa: opened?.beginsXa ?? false,
      format: block.format,
      events: new HeldEvents(this.#options.spool, this.#options.memoryBytesMax, this.#options.memory),
      tables: this.#tables,
      savepoints: new Map(),
      threadId: undefined,
      query: null,
    };
    this.#group.events.expect(opened?.transactionBytes ?? 0);
    return null;
  }

  #query(event: RawEvent, block: LogBlock, query: QueryEvent): Transaction | null {
    const control = transactionControl(query.sql);
    if (this.#group === null) {
      if (control.kind === 'nothing') return null;
      this.#open(event, block, null);
    }
    const group = this.#group!;
    switch (control.kind) {
      case 'begin':
        group.begun = true;
        group.threadId = query.threadId;
        return null;
      case 'xa-start':
        group.begun = true;
        group.threadId = query.threadId;
        group.xa = true;
        return null;
      case 'commit':
        return this.#finish(group, group, event);
      case 'rollback':
        group.events.release();
        return this.#finish(group, null, event);
      case 'savepoint':
        group.savepoints.set(control.name, group.events.mark);
        return null;
      case 'rollback-to': {
        const mark = group.savepoints.get(control.name);
        if (mark === undefined) throw malformed(`ROLLBACK TO the unknown savepoint ${control.name}`);
        group.events.truncate(mark);
        return null;
      }
      case 'xa-end':
        return null;
      case 'xa-commit':
      case 'xa-rollback':
        return this.#finishXa(group, control, event);
      case 'nothing':
        return group.begun ? null : this.#finish(group, null, event);
      case 'statement':
        return this.#statement(group, event, query);
      default:
        return unreachable(control);
    }
  }

  #statement(group: Group, event: RawEvent, query: QueryEvent): Transaction | null {
    if (changesRows(query.sql)) throw statementLogged(query.sql);
    if (group.opened?.isUnfinishedAlter === true) return this.#finish(group, null, event);
    if (!group.behind) this.recording = this.#options.schemas.record(query, { file: group.file, offset: event.start });
    group.events.push(event);
    return group.begun ? null : this.#finish(group, group, event);
  }

  #prepare(event: RawEvent, format: FormatDescription): Transaction | null {
    const group = this.#begun('XA_PREPARE');
    const { onePhase, xid } = decodeXaPrepare(event, format);
    if (onePhase) return this.#finish(group, group, event);
    if (this.#handsOnSteps(group)) return this.#finish(group, group, event, { prepares: xid });
    this.#prepared.set(xid, { group, xa: prepare(group, xid, event) });
    this.#group = null;
    return null;
  }

  /** MariaDB’s position is saved with the rows, which a transaction that is only prepared cannot do. */
  #handsOnSteps({ opened }: Group): boolean {
    return this.#options.xaSteps === true && opened?.facts !== undefined;
  }

  #finishXa(group: Group, control: { kind: 'xa-commit' | 'xa-rollback'; xid: string }, event: RawEvent): Transaction {
    const { xid } = control;
    if (this.#handsOnSteps(group)) {
      group.events.push(event);
      return this.#finish(group, group, event);
    }
    const held = this.#prepared.get(xid);
    this.#prepared.delete(xid);
    if (control.kind === 'xa-rollback') {
      held?.group.events.release();
      return this.#finish(group, null, event, { prepared: held?.xa });
    }
    if (held === undefined && !this.#resume.isBehind(group.opened?.gtid ?? null, group)) throw prepareMissing(xid);
    return this.#finish(group, held?.group ?? null, event, { prepared: held?.xa });
  }

  #finish(group: Group, content: Group | null, last: RawEvent, end: End = {}): Transaction {
    const { prepared = null, prepares, xid } = end;
    this.#group = null;
    const held = [...this.#prepared.values()].map((each) => each.xa);
    return commit({ group, content, last, prepared, prepares, held, xid, schemas: this.#options.schemas.mark });
  }

  #begun(what: string): Group {
    if (this.#group === null) throw malformed(`${what} outside a transaction`);
    return this.#group;
  }

  #skipReread(transaction: Transaction | null): Transaction | null {
    if (transaction === null || !this.#resume.isBehind(transaction.gtid, transaction.span)) return transaction;
    transaction.release();
    return null;
  }

  /** Null for a table that nobody wants. */
  async #resolve(event: RawEvent, block: LogBlock): Promise<Table | null> {
    const { wants } = this.#options;
    try {
      const { schema, name } = decodeTableName(event, block.format);
      if (wants !== undefined && !wants(schema, name)) return null;
      const map = decodeTableMap(event, block.format);
      return await this.#options.schemas.table(map, { file: block.file, offset: event.start });
    } catch (error) {
      throw locateError(error, placeOf(event, block));
    }
  }
}

/** The columns of its tables may be other ones by now, and nobody gets to see it. */
function isPassedOver({ behind, xa }: Group): boolean {
  return behind && !xa;
}
