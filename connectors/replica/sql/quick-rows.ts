import { Counters, type Rows, type Session, type Transaction } from 'rowtide';
import { Packets } from './packets.js';
import { RowSql } from './row-sql.js';
import { rowStatements } from './row-statements.js';
import type { Tables } from './tables.js';

/** Writes row events into the transaction that its session is in. */
export interface RowsWriter {
  /** Of all that was written. */
  readonly counts: Counters;
  write(transaction: Transaction, rows: Rows): Promise<void>;
  /** Resolves when all of them did what they had to. */
  settle(): Promise<void>;
  /** Resolves when nothing is under way any more, however it ended. */
  idle(): Promise<void>;
}

/** Many statements at a time. A conflict ends it: SINK_CONFLICT, and nobody knows which row it was. */
export class QuickRows implements RowsWriter {
  readonly #session: Session;
  readonly #tables: Tables;
  readonly #packets: Packets;
  readonly counts = new Counters();

  constructor(session: Session, tables: Tables) {
    this.#session = session;
    this.#tables = tables;
    this.#packets = new Packets(session);
  }

  async write(transaction: Transaction, rows: Rows): Promise<void> {
    const plan = this.#tables.known(rows.table) ?? (await this.#tables.plan(rows.table, this.#session));
    const cursor = rows.cursor();
    if (!cursor.next()) return;
    const sql = new RowSql(plan, cursor);
    const change = { transaction, rows, sql };
    for (const statement of rowStatements(rows, cursor, sql)) {
      this.counts.count('rows', statement.rows);
      if (this.#packets.add(statement, change)) await this.#packets.send();
    }
  }

  settle(): Promise<void> {
    return this.#packets.settle();
  }

  idle(): Promise<void> {
    return this.#packets.idle();
  }
}
