import type { Colors } from 'picocolors/types.js';
import { decodeMariaGtid } from '../../binlog/maria-gtid.js';
import { decodeQuery } from '../../binlog/query.js';
import { isRowsEvent, rowsOf } from '../../binlog/rows.js';
import * as type from '../../binlog/types.js';
import { changes } from '../../column/changes.js';
import type { AnyGtid } from '../../core/gtid.js';
import type { Entry, RowCursor, Rows, Transaction } from '../../core/transaction.js';
import { jsonFormat } from '../../format/json.js';
import { visibleJson } from '../../format/visible.js';
import { decodeAnyGtid } from '../../inspect/gtid-event.js';
import { LoggedTables } from '../../inspect/logged-tables.js';
import type { Output } from '../../inspect/output.js';
import type { RowTest, Search } from '../../inspect/search/search.js';
import type { ViewFormat } from '../../inspect/views/fact-writer.js';
import type { View, ViewedEvent } from '../../inspect/views/view.js';
import { transactionControl } from '../../sql/transaction-control.js';
import { PrettyPrinter } from '../print/pretty.js';

const SECONDS_TO_US = 1_000_000;

export interface RowsViewOptions {
  readonly format: ViewFormat;
  readonly output: Output;
  readonly search: Search | null;
  readonly colors: Colors;
}

/** The rows as `rowtide tail` prints them, with the names that the log itself has. */
export class RowsView implements View {
  readonly #search: Search | null;
  readonly #writer: EntryWriter;
  readonly #tables = new LoggedTables();
  #head: Transaction | null = null;

  constructor({ format, output, search, colors }: RowsViewOptions) {
    this.#search = search;
    this.#writer = format === 'text' ? new PrettyWriter(output, colors) : new JsonWriter(output, format);
  }

  event(viewed: ViewedEvent): void {
    const { event, format } = viewed;
    if (isRowsEvent(event.type)) {
      this.#rows(viewed);
      return;
    }
    switch (event.type) {
      case type.TABLE_MAP_EVENT:
        this.#tables.map(event, format);
        break;
      case type.GTID_LOG_EVENT:
      case type.ANONYMOUS_GTID_LOG_EVENT:
      case type.GTID_TAGGED_LOG_EVENT: {
        const { gtid, immediateCommitUs } = decodeAnyGtid(event);
        this.#begin(viewed, gtid, immediateCommitUs);
        break;
      }
      case type.GTID_EVENT:
        this.#begin(viewed, decodeMariaGtid(event).gtid, null);
        break;
      case type.QUERY_EVENT:
      case type.QUERY_COMPRESSED_EVENT:
      case type.EXECUTE_LOAD_QUERY_EVENT:
        this.#query(viewed);
        break;
      case type.XID_EVENT:
      case type.XA_PREPARE_LOG_EVENT:
        this.#head = null;
        break;
    }
  }

  end(): void {
    this.#writer.end();
  }

  #begin({ file, event }: ViewedEvent, gtid: AnyGtid | null, commitUs: number | null): Transaction {
    this.#head = {
      gtid,
      span: { file, start: event.start, end: event.end },
      prepared: null,
      held: [],
      clock: null,
      committedAtUs: commitUs ?? event.timestamp * SECONDS_TO_US,
      serverId: event.serverId,
      sizeBytes: 0,
      entries: [],
      release: () => undefined,
    };
    this.#writer.begin();
    return this.#head;
  }

  #query(viewed: ViewedEvent): void {
    const { event, format } = viewed;
    const { schema, sql, invalid } = decodeQuery(event, format);
    const { kind } = transactionControl(sql);
    if (kind === 'commit' || kind === 'rollback') this.#head = null;
    else if (kind === 'begin') this.#head ??= this.#begin(viewed, null, null);
    else if (kind === 'statement') {
      const head = this.#head ?? this.#begin(viewed, null, null);
      this.#writer.write(head, { kind: 'statement', schema, sql, ...(invalid && { invalid }), event });
    }
  }

  #rows(viewed: ViewedEvent): void {
    const { event, format } = viewed;
    const table = this.#tables.of(event, format);
    if (table === null) return;
    const head = this.#head ?? this.#begin(viewed, null, null);
    const test = this.#search?.rowsOf(table) ?? 'all';
    if (test === 'none') return;
    const rows = rowsOf(event, table, format);
    this.#writer.write(head, test === 'all' ? rows : foundRows(rows, test));
  }
}

function foundRows(rows: Rows, test: RowTest): Rows {
  const { kind, op, table, event } = rows;
  return { kind, op, table, event, cursor: () => foundCursor(rows.cursor(), test) };
}

function foundCursor(cursor: RowCursor, test: RowTest): RowCursor {
  return {
    get before() {
      return cursor.before;
    },
    get after() {
      return cursor.after;
    },
    get diffs() {
      return cursor.diffs;
    },
    next() {
      while (cursor.next()) if (test(cursor)) return true;
      return false;
    },
  };
}

interface EntryWriter {
  /** Another transaction comes. */
  begin(): void;
  write(head: Transaction, entry: Entry): void;
  end(): void;
}

class PrettyWriter implements EntryWriter {
  readonly #output: Output;
  readonly #pretty: PrettyPrinter;
  #isFirst = true;

  constructor(output: Output, colors: Colors) {
    this.#output = output;
    this.#pretty = new PrettyPrinter(colors);
  }

  begin(): void {
    this.#isFirst = true;
  }

  write(head: Transaction, entry: Entry): void {
    for (const change of changes({ ...head, entries: [entry] })) {
      if (this.#isFirst) this.#output.text(this.#pretty.transaction(head));
      this.#isFirst = false;
      this.#output.text(this.#pretty.change(change));
    }
  }

  end(): void {}
}

const NEWLINE = 0x0a;
/** What formats may write past the end of a value. */
const MARGIN_BYTES = 9;

class JsonWriter implements EntryWriter {
  readonly #output: Output;
  readonly #isDocument: boolean;
  #scratch = Buffer.alloc(0);
  #index = 0;
  #isFirst = true;

  constructor(output: Output, format: 'json' | 'jsonl') {
    this.#output = output;
    this.#isDocument = format === 'json';
  }

  begin(): void {
    this.#index = 0;
  }

  write(head: Transaction, entry: Entry): void {
    if (entry.kind === 'statement') {
      for (const { value } of jsonFormat.statement(head, entry, this.#index++)) {
        this.#value(Buffer.from(visibleJson(value.toString())));
      }
      return;
    }
    const writer = jsonFormat.rows(head, entry);
    for (const cursor = entry.cursor(); cursor.next(); ) {
      const bytesMax = writer.bytesMax(cursor) + MARGIN_BYTES;
      if (this.#scratch.length < bytesMax) this.#scratch = Buffer.allocUnsafe(bytesMax);
      this.#value(this.#scratch.subarray(0, writer.value(this.#scratch, 0, cursor, this.#index++)));
    }
  }

  end(): void {
    if (this.#isDocument) this.#output.text(this.#isFirst ? '[]\n' : '\n]\n');
  }

  #value(json: Buffer): void {
    if (this.#isDocument) this.#output.text(this.#isFirst ? '[\n' : ',\n');
    this.#output.bytes(json);
    if (!this.#isDocument) this.#output.byte(NEWLINE);
    this.#isFirst = false;
  }
}
