import {
  type AnyGtid,
  type Entry,
  type FormatDescription,
  formatGtid,
  quotedName,
  type Statement,
  type Transaction,
} from 'rowtide';
import { loggedStatement } from '../logged-statement.js';
import type { Piece } from '../piece.js';
import { replayedFormat } from './format.js';
import { binlogStatement, RowsBuffer } from './rows-buffer.js';
import type { Target } from './target.js';

/** What the target’s session holds from one transaction to the next. */
export class Replay {
  readonly #target: Target;
  readonly #buffer = new RowsBuffer();
  #format: FormatDescription | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The statements that do again, under its own GTID, what a transaction did; the last of them commits it. */
  *pieces(transaction: Transaction): Generator<Piece> {
    const { prepares } = transaction;
    const state = { begun: false, session: false };
    let isFirst = true;
    for (const entry of transaction.entries) {
      if (isFirst) yield* this.#opening(transaction, entry);
      isFirst = false;
      if (entry.kind === 'rows') {
        if (!state.begun) yield beginning(prepares);
        state.begun = true;
        yield* this.#buffer.add(entry, this.#target.eventBytesMax);
      } else {
        yield* this.#buffer.take();
        yield* this.#statement(entry, transaction, state);
      }
    }
    yield* this.#buffer.take();
    if (state.begun) yield* ending(prepares);
    if (state.session) yield* this.#target.pins.map((sql) => ({ sql }));
  }

  *#opening({ gtid, origin }: Transaction, first: Entry): Generator<Piece> {
    const format = first.kind === 'rows' ? first.logged?.format : first.format;
    if (format !== undefined && format !== this.#format) {
      // It leaves gtid_next undecided, and wants it to be nothing in particular.
      yield { sql: "SET gtid_next='AUTOMATIC'" };
      yield { sql: binlogStatement(replayedFormat(format)) };
      this.#format = format;
    }
    yield { sql: `SET timestamp=${first.event.timestamp}, ${this.#originSql(origin)}gtid_next='${formatGtid(gtid!)}'` };
  }

  #originSql(origin: Transaction['origin']): string {
    const time = `original_commit_timestamp=${origin?.committedAtUs ?? 0}, `;
    return this.#target.hasServerVersions
      ? `${time}original_server_version=${origin?.serverVersion ?? UNKNOWN_SERVER_VERSION}, `
      : time;
  }

  *#statement(
    statement: Statement,
    { xid }: Transaction,
    state: { begun: boolean; session: boolean },
  ): Generator<Piece> {
    const { schema, session, text, errorCode } = loggedStatement(statement, this.#target);
    if (schema !== '') yield { sql: `USE ${quotedName(schema)}`, entries: [statement] };
    yield { sql: `SET ${session.join(', ')}` };
    state.session = true;
    // CREATE TABLE … SELECT is a transaction of the table and its rows.
    if (xid !== undefined && !state.begun) {
      yield beginning(undefined);
      state.begun = true;
    }
    yield {
      sql: text,
      entries: [statement],
      ...(!state.begun && { commits: true }),
      ...(errorCode !== 0 && { errorExpected: errorCode }),
    };
  }
}

const UNKNOWN_SERVER_VERSION = 999_999;

/** A transaction of which nothing is left, or that is not for the target: its GTID alone. */
export function emptyTransaction(gtid: AnyGtid): Piece[] {
  return [{ sql: `SET gtid_next='${formatGtid(gtid)}'` }, beginning(undefined), ...ending(undefined)];
}

function beginning(prepares: string | undefined): Piece {
  return { sql: prepares === undefined ? 'BEGIN' : `XA START ${prepares}` };
}

function ending(prepares: string | undefined): Piece[] {
  if (prepares === undefined) return [{ sql: 'COMMIT', commits: true }];
  return [{ sql: `XA END ${prepares}` }, { sql: `XA PREPARE ${prepares}`, commits: true }];
}
