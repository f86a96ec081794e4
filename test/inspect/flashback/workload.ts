import { createHash } from 'node:crypto';
import mysql from 'mysql2/promise';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { OPAQUE_TABLE } from '../../roundtrip/documents.js';
import { type Kind, kinds, type Version } from '../../roundtrip/kinds.js';
import { isMariadb } from '../../roundtrip/mariadb-kinds.js';
import { select } from '../../roundtrip/oracle.js';
import type { Random } from '../../roundtrip/random.js';
import { quote, type TableSpec, tables } from '../../roundtrip/tables.js';
import { statements } from '../../roundtrip/workload.js';
import type { DatabaseAddress } from '../../servers/database.js';

export interface WorkloadOptions {
  readonly server: DatabaseAddress;
  readonly version: Version;
  readonly random: Random;
  readonly schema: string;
  /** At the most. */
  readonly tableCount: number;
  readonly rowsPerTable: number;
}

/** Tables of every column type, and statements on them of which the last ones wait to be run and undone. */
export class FlashbackWorkload implements AsyncDisposable {
  readonly tables: readonly TableSpec[];
  readonly connection: mysql.Connection;
  readonly #options: WorkloadOptions;
  readonly #waiting: string[][];

  private constructor(options: WorkloadOptions, connection: mysql.Connection, specs: readonly TableSpec[]) {
    this.#options = options;
    this.connection = connection;
    this.tables = specs;
    this.#waiting = specs.map((spec) => [...statements(spec, options)].map(({ sql }) => sql));
  }

  /** Makes the tables, and fills each with about half of what is to be. */
  static async begin(options: WorkloadOptions): Promise<FlashbackWorkload> {
    const { random, version, schema, tableCount, server } = options;
    const connection = await connect(server);
    await connection.query(`drop database if exists ${schema}`);
    await connection.query(`create database ${schema} character set utf8mb4`);
    await connection.query(`use ${schema}`);
    const specs = tables(kinds(version, random).map(withLiterals), { random, version, extra: 2 }).slice(0, tableCount);
    if (!isMariadb(version)) for (const sql of OPAQUE_TABLE) await connection.query(sql);
    const workload = new FlashbackWorkload(options, connection, specs);
    for (const [i, { create }] of specs.entries()) {
      await connection.query(create);
      for (const sql of workload.#waiting[i]!.splice(0, random.int(1, 2))) await connection.query(sql);
    }
    return workload;
  }

  /** The statements that wait, in transactions of several tables; some of them taken back in part. */
  async run(): Promise<void> {
    const { random } = this.#options;
    const { connection } = this;
    for (let left = this.#left(); left.length > 0; left = this.#left()) {
      await this.#otherwiseLogged();
      const isXa = random.chance(0.1);
      await connection.query(isXa ? "xa start 'undone'" : 'begin');
      for (let i = random.int(1, 5); i > 0 && left.length > 0; i--, left = this.#left()) {
        if (random.chance(0.1)) await this.#editedDocuments(random.pick(this.tables));
        if (!isXa && random.chance(0.1)) await this.#takenBack(random.pick(this.tables));
        await connection.query(random.pick(left).shift()!);
      }
      const end = isXa ? ["xa end 'undone'", "xa prepare 'undone'", "xa commit 'undone'"] : ['commit'];
      for (const sql of end) await connection.query(sql);
    }
  }

  /** CHECKSUM TABLE; MySQL 5.7's is about pointers where a table has JSON, so that there it is one of what SELECT prints. */
  async checksums(): Promise<Record<string, string>> {
    const isPrinted = ({ columns }: TableSpec): boolean =>
      this.#options.version === '5.7' && columns.some(({ kind }) => kind.sql.startsWith('json'));
    const names = this.tables.filter((table) => !isPrinted(table)).map(({ name }) => quote(name));
    const [rows] = await this.connection.query<mysql.RowDataPacket[]>(`checksum table ${names.join(', ')}`);
    const sums = Object.fromEntries(rows.map(({ Table, Checksum }) => [String(Table), String(Checksum)]));
    for (const table of this.tables.filter(isPrinted)) {
      const hash = createHash('sha256');
      for (const [id, cells] of await select(this.connection, table))
        hash.update(`${id}: ${cells.map((cell) => cell?.toString('hex') ?? 'NULL').join()}\n`);
      sums[table.name] = hash.digest('hex');
    }
    return sums;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (isMariadb(this.#options.version)) await this.connection.query('set global log_bin_compress = default');
    await this.connection.query(`drop database ${this.#options.schema}`);
    await this.connection.end();
  }

  #left(): string[][] {
    return this.#waiting.filter((sqls) => sqls.length > 0);
  }

  /** Compressed, and by changes of documents, where the server can. */
  async #otherwiseLogged(): Promise<void> {
    const { random, version } = this.#options;
    if (version === '9.7') {
      await this.connection.query(`set session binlog_transaction_compression = ${random.chance(0.3)}`);
      await this.connection.query(`set session binlog_row_value_options = '${random.pick(['', 'PARTIAL_JSON'])}'`);
    }
    if (isMariadb(version)) await this.connection.query(`set global log_bin_compress = ${random.chance(0.3)}`);
  }

  async #editedDocuments({ name, columns }: TableSpec): Promise<void> {
    const document = columns.find(({ kind }) => kind.as === 'json' && kind.generated === undefined);
    if (document === undefined) return;
    const edited = `${quote(document.name)} = json_set(${quote(document.name)}, '$.a', touched, '$.b', 1.5e0)`;
    await this.connection.query(`update ${quote(name)} set touched = touched + 1, ${edited}`);
  }

  async #takenBack({ name }: TableSpec): Promise<void> {
    await this.connection.query('savepoint a');
    await this.connection.query(`update ${quote(name)} set touched = touched + 100`);
    await this.connection.query('rollback to a');
  }
}

async function connect(server: DatabaseAddress): Promise<mysql.Connection> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
  await connection.query(
    "set time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES', innodb_strict_mode = off, binlog_row_image = 'FULL'",
  );
  return connection;
}

/** Documents with bytes of columns in them have no literal; row events bring those back, see documents.test.ts. */
const WITHOUT_LITERAL = /select (bits|blobs|tiny|longs|bin|vbin|y|e|s) from opaque/;

export function withLiterals(kind: Kind): Kind {
  if (!kind.sql.startsWith('json')) return kind;
  return {
    ...kind,
    boundary: kind.boundary.filter((sql) => !WITHOUT_LITERAL.test(sql)),
    random: (random) => {
      for (;;) {
        const sql = kind.random(random);
        if (!WITHOUT_LITERAL.test(sql)) return sql;
      }
    },
  };
}

/** Runs a script statement by statement, as a client does. Literals hold no line end, so that `;` at one ends a statement. */
export async function apply(server: DatabaseAddress, script: string): Promise<void> {
  const { host, port, user } = server;
  const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
  try {
    for (const sql of script.split(';\n')) if (!/^\s*(--[^\n]*\s*)?$/.test(sql)) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

export const addressOf = (server: DatabaseAddress): ReturnType<typeof parseServerUrl> => parseServerUrl(server.url);
