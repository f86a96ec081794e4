import { formatGtid, quotedName, quotedText, type Session } from 'rowtide';
import { type Conflict, rowText, type Told } from './conflict.js';

/** Where conflicts of tables with the policy `log` are written, in the transaction that met them. */
export class ConflictTable {
  readonly #schema: string;
  readonly #stream: string;
  readonly #name: string;

  constructor(schema: string, stream: string) {
    this.#schema = schema;
    this.#stream = stream;
    this.#name = `${quotedName(schema)}.conflict`;
  }

  /** Outside of transactions, since it would end one. */
  async create(session: Session): Promise<void> {
    await session.run([
      `CREATE DATABASE IF NOT EXISTS ${quotedName(this.#schema)}`,
      `CREATE TABLE IF NOT EXISTS ${this.#name} (
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
        met_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        stream VARCHAR(255) NOT NULL,
        gtid VARCHAR(120) NULL,
        log_place VARCHAR(600) NOT NULL,
        table_schema VARCHAR(64) NOT NULL,
        table_name VARCHAR(64) NOT NULL,
        op VARCHAR(6) NOT NULL,
        row_before LONGTEXT NULL,
        row_after LONGTEXT NULL,
        found LONGTEXT NOT NULL
      ) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    ]);
  }

  async add({ change, before, after }: Conflict, { found }: Told, session: Session): Promise<void> {
    const { transaction, rows, sql } = change;
    const { gtid, span } = transaction;
    const values = [
      this.#stream,
      gtid === null ? null : formatGtid(gtid),
      `${span.file}:${rows.event.start}`,
      sql.plan.target.schema,
      sql.plan.target.name,
      rows.op,
      before && rowText(change, before),
      after && rowText(change, after),
      found,
    ].map((value) => (value === null ? 'NULL' : quotedText(value)));
    await session.run([
      `INSERT INTO ${this.#name} (stream, gtid, log_place, table_schema, table_name, op, row_before, row_after, found)
        VALUES (${values.join(', ')})`,
    ]);
  }
}
