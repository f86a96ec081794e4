import {
  formatGtid,
  type Rows,
  RowtideError,
  type Session,
  SqlError,
  type StatementResult,
  type Transaction,
} from 'rowtide';
import type { RowSql } from './row-sql.js';
import type { RowStatement } from './row-statements.js';

/** The rows that a statement is about. */
export interface Change {
  readonly transaction: Transaction;
  readonly rows: Rows;
  readonly sql: RowSql;
}

/** What a statement has to do, and whose it is; null: it is about the session. */
type Expected = { readonly rows: number | 'warnings'; readonly change: Change } | null;

const BYTES_MAX = 512 * 1024;

/**
 * Sends statements in packets, and leaves time to make the next one while the server works at the last. A packet is
 * sent when all of the one before was right: after a deadlock there is no transaction any more that it would be in.
 */
export class Packets {
  readonly #session: Session;
  readonly #bytesMax: number;
  #statements: string[] = [];
  #expected: Expected[] = [];
  #bytes = 0;
  #underWay: Promise<void> = Promise.resolve();
  #checksForeignKeys = true;

  constructor(session: Session) {
    this.#session = session;
    this.#bytesMax = Math.min(BYTES_MAX, session.packetBytesMax / 4);
  }

  /** True when it is time to `send`. */
  add(statement: RowStatement, change: Change): boolean {
    const { foreignKeyChecks = true } = change.rows;
    if (foreignKeyChecks !== this.#checksForeignKeys) {
      this.#checksForeignKeys = foreignKeyChecks;
      this.#push(`SET SESSION foreign_key_checks = ${foreignKeyChecks ? 1 : 0}`, null);
    }
    const isLenient = statement.emptyMembers > 0;
    if (isLenient) this.#push(LENIENT, null);
    this.#push(statement.sql, { rows: statement.rows, change });
    if (isLenient) {
      this.#push(WARNINGS, { rows: 'warnings', change });
      this.#push(STRICT, null);
    }
    return this.#bytes >= this.#bytesMax;
  }

  /** Resolves when the packet before was answered as it should be. */
  async send(): Promise<void> {
    const before = this.#underWay;
    const [statements, expected] = [this.#statements, this.#expected];
    this.#statements = [];
    this.#expected = [];
    this.#bytes = 0;
    if (statements.length > 0) {
      this.#underWay = before.then(() => this.#run(statements, expected));
      this.#underWay.catch(() => undefined);
    }
    await before;
  }

  /** Sends what is left, and leaves the session as it was. */
  async settle(): Promise<void> {
    if (!this.#checksForeignKeys) this.#push('SET SESSION foreign_key_checks = 1', null);
    this.#checksForeignKeys = true;
    await this.send();
    await this.#underWay;
  }

  /** Waits until nothing is under way any more, however it ended. */
  async idle(): Promise<void> {
    await this.#underWay.catch(() => undefined);
  }

  #push(statement: string, expected: Expected): void {
    this.#statements.push(statement);
    this.#expected.push(expected);
    this.#bytes += statement.length;
  }

  async #run(statements: readonly string[], expected: readonly Expected[]): Promise<void> {
    try {
      const results = await this.#session.run(statements);
      for (const [i, result] of results.entries()) check(expected[i]!, result);
    } catch (error) {
      const change = error instanceof SqlError ? (expected[error.statement]?.change ?? null) : null;
      throw change === null ? error : located(error as SqlError, change);
    }
  }
}

/** Around a statement that stores the empty value of an ENUM, and behind it what else the server changed. */
export const LENIENT = "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'STRICT_ALL_TABLES', '')";
export const WARNINGS = 'SHOW WARNINGS';
export const STRICT = "SET SESSION sql_mode = CONCAT('STRICT_ALL_TABLES,', @@SESSION.sql_mode)";

function check(expected: Expected, result: StatementResult): void {
  if (expected === null) return;
  const { rows, change } = expected;
  if (rows === 'warnings') refuseChanged(result, change);
  else if (result.affectedRows !== rows) {
    throw new RowtideError('SINK_CONFLICT', `${placeOf(change)}: ${result.affectedRows} of ${rows} rows were there`);
  }
}

/** What a strict server makes errors of, but that an ENUM got its empty value. */
const CHANGED = new Set([1048, 1264, 1292, 1364, 1366, 1406, 1411]);

export function refuseChanged({ rows }: StatementResult, change: Change): void {
  const found = rows.find(([, code]) => CHANGED.has(Number(code)));
  if (found === undefined) return;
  throw new RowtideError('SINK_REFUSED', `${placeOf(change)}: ${String(found[2])} (error ${String(found[1])})`, {
    hint: 'Give the column at the target the type that it has at the source.',
  });
}

/** `shop.orders, at GTID 1-2-3 (binlog.000001:123)` */
export function placeOf({ transaction: { gtid, span }, rows, sql }: Change): string {
  const { schema, name } = sql.plan.target;
  const place = `${span.file}:${rows.event.start}`;
  return `${rows.op} in ${schema}.${name}, at ${gtid === null ? place : `GTID ${formatGtid(gtid)} (${place})`}`;
}

/** The error of a statement, with the rows that it was about. */
export function located(error: SqlError, change: Change): SqlError {
  const { code, errno, statement, hint, retryable } = error;
  const message = `${placeOf(change)}: ${error.message}`;
  return new SqlError(
    { code, message, errno, statement },
    { ...(hint === undefined ? {} : { hint }), retryable, cause: error },
  );
}
