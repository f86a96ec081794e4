/** Runs DDL on a real server, and says after each statement of its log what the server itself then said of its tables. */
import mysql from 'mysql2/promise';
import { Connection } from '../../../src/mysql/connect.js';
import { readServerSchema } from '../../../src/mysql/schema.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { primaryKeyOf } from '../../../src/schema/definition.js';
import { stateOfServer } from '../../../src/schema/facts.js';
import type { SchemaState, TableState } from '../../../src/schema/history/state.js';
import type { DatabaseServer } from '../../servers/database.js';

const never = new AbortController().signal;

export class Oracle implements AsyncDisposable {
  readonly #connection: mysql.Connection;
  readonly #questions: Connection;

  private constructor(connection: mysql.Connection, questions: Connection) {
    this.#connection = connection;
    this.#questions = questions;
  }

  static async open(server: DatabaseServer): Promise<Oracle> {
    const connection = await mysql.createConnection({
      host: server.host,
      port: server.port,
      user: server.user,
      charset: 'utf8mb4',
    });
    return new Oracle(connection, await Connection.open(parseServerUrl(server.url), never));
  }

  /** The error's text if the server refused it. */
  async run(sql: string): Promise<string | null> {
    try {
      await this.#connection.query(sql);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async state(): Promise<SchemaState> {
    return stateOfServer(await readServerSchema(this.#questions));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.end();
    await this.#questions.close();
  }
}

/** What is in one state and not in the other, a line for each: theirs with +, ours with -. */
export function differences(ours: SchemaState, theirs: SchemaState): string[] {
  const [left, right] = [linesOf(ours), linesOf(theirs)];
  return [
    ...[...left].filter((line) => !right.has(line)).map((line) => `- ${line}`),
    ...[...right].filter((line) => !left.has(line)).map((line) => `+ ${line}`),
  ];
}

function linesOf({ schemas, tables }: SchemaState): Set<string> {
  const lines = [...schemas].map(([name, collation]) => `schema ${name}: ${collation}`);
  for (const [key, table] of tables)
    lines.push(...tableLines(table).map((line) => `${key.replace('\0', '.')} ${line}`));
  return new Set(lines);
}

function tableLines(table: TableState): string[] {
  if (table.kind === 'unknown') return [`${table.code} ${table.why}`];
  const { columns, keys, collation } = table.definition;
  return [
    `collation ${collation}`,
    `primary key ${primaryKeyOf(table.definition).join()}`,
    ...columns.map((column, i) => `${i} ${JSON.stringify(column, Object.keys(column).sort())}`),
    ...keys
      .filter(({ unique }) => unique)
      .map((key) => `key ${key.name} (${key.parts.map(({ column }) => column).join()})`),
  ];
}
