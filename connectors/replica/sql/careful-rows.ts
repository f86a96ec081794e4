import {
  ABSENT_CELL,
  Counters,
  type Rows,
  type Session,
  SqlError,
  type StatementResult,
  type Transaction,
  unreachable,
} from 'rowtide';
import { type Conflict, conflictError, isConflict, tell } from './conflict.js';
import type { ConflictTable } from './conflict-table.js';
import { type Change, LENIENT, located, refuseChanged, STRICT, WARNINGS } from './packets.js';
import type { RowsWriter } from './quick-rows.js';
import { RowSql } from './row-sql.js';
import { type RowStatement, rowStatement } from './row-statements.js';
import type { Tables } from './tables.js';

/** Row by row, so that the row of a conflict is known, and what the options say of its table is done about it. */
export class CarefulRows implements RowsWriter {
  readonly #session: Session;
  readonly #tables: Tables;
  readonly #conflictTable: ConflictTable;
  readonly counts = new Counters();

  constructor(session: Session, tables: Tables, conflictTable: ConflictTable) {
    this.#session = session;
    this.#tables = tables;
    this.#conflictTable = conflictTable;
  }

  async write(transaction: Transaction, rows: Rows): Promise<void> {
    const plan = this.#tables.known(rows.table) ?? (await this.#tables.plan(rows.table, this.#session));
    const cursor = rows.cursor();
    if (!cursor.next()) return;
    const sql = new RowSql(plan, cursor);
    const change = { transaction, rows, sql };
    await this.#session.run([`SET SESSION foreign_key_checks = ${rows.foreignKeyChecks === false ? 0 : 1}`]);
    do {
      const { before, after } = cursor;
      const statement = rowStatement(rows, cursor, sql);
      if (statement === null) continue;
      const error = await this.#try(statement, change);
      if (error === undefined) this.counts.count('rows');
      else await this.#resolve({ change, before, after, error });
    } while (cursor.next());
    await this.#session.run(['SET SESSION foreign_key_checks = 1']);
  }

  async settle(): Promise<void> {}

  async idle(): Promise<void> {}

  /** Undefined: it did what it had to; else what was in the way, null for a row that is not there. */
  async #try({ sql, rows, emptyMembers }: RowStatement, change: Change): Promise<SqlError | null | undefined> {
    try {
      const [result] = emptyMembers > 0 ? await this.#lenient(sql, change) : await this.#session.run([sql]);
      return result!.affectedRows === rows ? undefined : null;
    } catch (error) {
      if (emptyMembers > 0 && error instanceof SqlError && error.errno !== 0) await this.#session.run([STRICT]);
      if (isConflict(error)) return error;
      throw error instanceof SqlError ? located(error, change) : error;
    }
  }

  async #lenient(sql: string, change: Change): Promise<readonly StatementResult[]> {
    const [, result, warnings] = await this.#session.run([LENIENT, sql, WARNINGS, STRICT]);
    refuseChanged(warnings!, change);
    return [result!];
  }

  async #resolve(conflict: Conflict): Promise<void> {
    const { conflicts } = conflict.change.sql.plan.route;
    switch (conflicts) {
      case 'ignore':
        this.counts.count('conflicts ignored');
        return;
      case 'stop':
        throw conflictError(conflict, await tell(conflict, this.#session));
      case 'log':
        await this.#conflictTable.add(conflict, await tell(conflict, this.#session), this.#session);
        this.counts.count('conflicts logged');
        return;
      case 'overwrite': {
        const told = await tell(conflict, this.#session);
        const why = await this.#overwrite(conflict);
        if (why !== null) throw conflictError(conflict, told, why);
        this.counts.count('conflicts overwritten');
        return;
      }
      default:
        unreachable(conflicts);
    }
  }

  /** Makes the row of the target's primary key what the source has; returns why that cannot be. */
  async #overwrite({ change, before, after, error }: Conflict): Promise<string | null> {
    const { plan } = change.sql;
    if (after === null) return error === null ? null : 'other rows lean on it';
    const missing = plan.columns.find(
      ({ source, target }) => after.at[source.ordinal] === ABSENT_CELL && !target.isGenerated,
    );
    if (missing !== undefined) return `the row cannot be made whole: ${missing.name} was not logged (binlog_row_image)`;
    const [primary] = plan.keys;
    const where = primary === undefined ? null : change.sql.keyWhere(primary, after);
    const insert: RowStatement = {
      sql: change.sql.insertHead() + change.sql.values(after),
      rows: 1,
      emptyMembers: change.sql.emptyMembers(null, after),
    };
    if (before !== null && error !== null && where !== null) {
      // It gets a key that another row has; that row is the one to be overwritten.
      await this.#session.run([`DELETE FROM ${plan.name} WHERE ${change.sql.whereAny([change.sql.located(before)])}`]);
    }
    const update: RowStatement | null =
      where === null
        ? null
        : { ...insert, sql: `UPDATE ${plan.name} SET ${change.sql.allAssignments(after)} WHERE ${where}` };
    const failed = update === null ? null : await this.#try(update, change);
    if (failed === undefined) return null;
    if (failed !== null) return failed.message;
    const again = await this.#try(insert, change);
    return again === undefined ? null : (again?.message ?? 'it could not be inserted');
  }
}
