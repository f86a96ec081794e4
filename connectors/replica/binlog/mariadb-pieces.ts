import {
  type Entry,
  type FormatDescription,
  formatGtid,
  type MariaGtid,
  quotedName,
  RowtideError,
  type Statement,
  type Transaction,
} from 'rowtide';
import { loggedStatement } from '../logged-statement.js';
import type { Piece } from '../piece.js';
import { replayedFormat } from './format.js';
import { binlogStatement, RowsBuffer } from './rows-buffer.js';

export interface MariadbTarget {
  /** Sets a session as it was when it was opened. */
  readonly pins: readonly string[];
  readonly removesModes: false;
  readonly eventBytesMax: number;
  /** Names of collations, and of their character sets, by id. */
  readonly collations: ReadonlyMap<number, { readonly name: string; readonly charset: string }>;
}

/** What goes into the target’s own table beside a transaction. */
export interface Saving {
  /** In the transaction of the rows. */
  readonly save: Piece;
  /** Before what commits by itself. */
  readonly intend: () => Piece;
}

/** What the target’s session holds from one transaction to the next. */
export class MariadbReplay {
  readonly #target: MariadbTarget;
  readonly #buffer = new RowsBuffer();
  #format: FormatDescription | null = null;

  constructor(target: MariadbTarget) {
    this.#target = target;
  }

  /** The statements that do again what a transaction did, under its own GTID, and that save the position behind it. */
  *pieces(transaction: Transaction, gtid: MariaGtid, saving: Saving): Generator<Piece> {
    // Rows of tables without transactions are committed, and logged, before anything else is.
    const commitsItself = transaction.hints?.isTransactional === false || isStatement(transaction);
    let before: Entry | null = null;
    for (const entry of transaction.entries) {
      if (before !== null && (entry.kind === 'statement' || before.kind === 'statement'))
        throw mixed(gtid, transaction);
      if (before === null) yield* this.#opening(entry, gtid, commitsItself ? saving.intend() : null);
      if (entry.kind === 'rows') yield* this.#buffer.add(entry, this.#target.eventBytesMax);
      else yield* this.#statement(entry);
      before = entry;
    }
    yield* this.#buffer.take();
    if (commitsItself) yield* unlogged(saving.save);
    else yield* [saving.save, { sql: 'COMMIT' }];
  }

  *#opening(first: Entry, { domain, server, sequence }: MariaGtid, intend: Piece | null): Generator<Piece> {
    const format = first.kind === 'rows' ? first.logged?.format : first.format;
    if (first.kind === 'rows' && format !== undefined && format !== this.#format) {
      yield { sql: binlogStatement(replayedFormat(format)) };
      this.#format = format;
    }
    if (intend !== null) yield* unlogged(intend);
    const gtid = `gtid_domain_id=${domain}, server_id=${server}, gtid_seq_no=${sequence}`;
    yield { sql: `SET timestamp=${first.event.timestamp}, ${gtid}` };
    if (intend === null) yield { sql: 'START TRANSACTION' };
  }

  *#statement(statement: Statement): Generator<Piece> {
    const { schema, session, text, errorCode } = loggedStatement(statement, this.#target);
    if (schema !== '') yield { sql: `USE ${quotedName(schema)}`, entries: [statement] };
    yield { sql: `SET ${session.join(', ')}` };
    yield { sql: text, entries: [statement], ...(errorCode !== 0 && { errorExpected: errorCode }) };
    yield* this.#target.pins.map((sql) => ({ sql }));
  }
}

function isStatement({ entries }: Transaction): boolean {
  for (const entry of entries) return entry.kind === 'statement';
  return false;
}

/** Our own tables are nobody’s but the target’s, and a GTID of theirs would stand in the way of the source’s. */
export function unlogged(piece: Piece): Piece[] {
  return [{ sql: 'SET sql_log_bin=0' }, piece, { sql: 'SET sql_log_bin=1' }];
}

function mixed(gtid: MariaGtid, { span }: Transaction): RowtideError {
  const message = `${formatGtid(gtid)} at ${span.file}:${span.start} makes a table and fills it, which MariaDB cannot do again as one`;
  return new RowtideError('SINK_REFUSED', message, {
    hint: 'Use mode sql; or CREATE TABLE and INSERT … SELECT apart at the source, and do this one by hand and have it skipped.',
  });
}
