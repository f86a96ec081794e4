/**
 * What the source is busy with while everything around it breaks: writers that insert, update and delete rows of several
 * tables in transactions of every size, and somebody who changes the tables meanwhile.
 *
 * Every table is (id, version, body). An update adds one to the version, and whoever inserts a row again gives it a
 * higher one than it ever had, so that versions of a row only grow. Each transaction puts a row into `ledger`, and its
 * writer notes the row's id once the commit is acknowledged: what is noted must come out at the other end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { Random } from './random.js';

export const SCHEMA = 'torture';
/** The tables whose rows are compared at the end; `scratch` comes and goes. */
export const TABLES = ['ledger', 'account', 'item'] as const;

const WRITERS = 3;
/** Rows that a writer inserts and deletes; all of them update all. */
const IDS_PER_WRITER = 200;
const LEDGER_IDS_PER_WRITER = 1_000_000_000;
const VERSIONS_PER_INSERT = 1_000_000;
/** More than one packet and one block of the log, and above the bound from which transactions are spooled. */
const LARGE_ROWS = 1500;

const COLUMNS = 'id BIGINT PRIMARY KEY, version BIGINT NOT NULL, body VARCHAR(2000) NOT NULL';

export interface LoadOptions {
  readonly url: string;
  readonly seed: string;
  /** Whether some transactions have two phases. */
  readonly twoPhase: boolean;
  /** The longest that a writer waits between two transactions. */
  readonly pauseMsMax?: number;
}

/** Empty tables; whatever an earlier load left is gone. */
export async function createTables(url: string): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    await connection.query(`DROP DATABASE IF EXISTS ${SCHEMA}`);
    await connection.query(`CREATE DATABASE ${SCHEMA}`);
    for (const table of TABLES) await connection.query(`CREATE TABLE ${SCHEMA}.${table} (${COLUMNS})`);
  } finally {
    await connection.end();
  }
}

export class Load {
  /** Ids of the ledger rows whose commit the server acknowledged. */
  readonly acknowledged = new Set<number>();
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  private constructor(options: LoadOptions) {
    this.#options = options;
    const workers = Array.from({ length: WRITERS }, (_, i) => this.#write(i));
    workers.push(this.#alterTables());
    if (options.twoPhase) workers.push(this.#prepare());
    this.#ended = Promise.all(workers);
    // Told by `stop`.
    this.#ended.catch(() => this.#stop.abort());
  }

  static start(options: LoadOptions): Load {
    return new Load(options);
  }

  /** Resolves when nothing is written any more, and nothing is left undecided. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await using session = await connected(this.#options.url);
    await decidePrepared(session.connection);
  }

  #write(writer: number): Promise<void> {
    const { seed, pauseMsMax = 25 } = this.#options;
    const random = new Random(seed, 'writer', writer);
    let serial = 0;
    return this.#repeat(async (connection) => {
      const ledgerId = writer * LEDGER_IDS_PER_WRITER + ++serial;
      await connection.query('BEGIN');
      await connection.query(`INSERT INTO ledger VALUES (${ledgerId}, 1, '')`);
      for (const statement of transaction(random, { writer, serial })) await connection.query(statement);
      await connection.query('COMMIT');
      this.acknowledged.add(ledgerId);
      await sleep(random.between(2, pauseMsMax));
    });
  }

  /** Transactions in two phases: the log has their rows long before it says whether they happened. */
  #prepare(): Promise<void> {
    const random = new Random(this.#options.seed, 'two phases');
    let serial = 0;
    return this.#repeat(async (connection) => {
      await decidePrepared(connection);
      const id = WRITERS * LEDGER_IDS_PER_WRITER + 2 * ++serial;
      await connection.query(`XA START '${serial}'`);
      await connection.query(`INSERT INTO ledger VALUES (${id}, 1, '')`);
      // Rows that nobody else touches, or they would wait as well.
      await connection.query(`INSERT INTO account VALUES (${id}, 1, 'prepared'), (${id + 1}, 1, 'prepared')`);
      await connection.query(`XA END '${serial}'`);
      await connection.query(`XA PREPARE '${serial}'`);
      await sleep(random.between(0, 600));
      if (random.chance(0.2)) {
        await connection.query(`XA ROLLBACK '${serial}'`);
      } else {
        await connection.query(`XA COMMIT '${serial}'`);
        this.acknowledged.add(id);
      }
    });
  }

  #alterTables(): Promise<void> {
    const random = new Random(this.#options.seed, 'tables');
    let serial = 0;
    return this.#repeat(async (connection) => {
      // Of its own name, because an interruption leaves it there.
      const note = `note_${++serial}`;
      await sleep(random.between(300, 1200));
      // Before the body, so that it is another column's cell from then on.
      await connection.query(`ALTER TABLE item ADD COLUMN ${note} VARCHAR(20) DEFAULT 'none' AFTER version`);
      await connection.query('DROP TABLE IF EXISTS scratch');
      await connection.query(`CREATE TABLE scratch (${COLUMNS})`);
      await connection.query("INSERT INTO scratch VALUES (1, 1, 'one'), (2, 1, 'two')");
      await sleep(random.between(100, 600));
      await connection.query(`ALTER TABLE item DROP COLUMN ${note}`);
    });
  }

  /** Does `work` again and again, on a new connection whenever one breaks. */
  async #repeat(work: (connection: mysql.Connection) => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await using session = await connected(this.#options.url);
        while (!signal.aborted) await work(session.connection);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(50);
      }
    }
  }
}

async function connected(url: string): Promise<{ connection: mysql.Connection } & AsyncDisposable> {
  const connection = await mysql.createConnection({ uri: url, database: SCHEMA });
  // Else an end of the connection between two queries would end the process.
  connection.on('error', () => undefined);
  // Row locks and the locks of altered tables make deadlocks that the server does not see, and would sit out.
  await connection.query('SET innodb_lock_wait_timeout = 1, lock_wait_timeout = 1');
  return { connection, [Symbol.asyncDispose]: async () => connection.destroy() };
}

/**
 * What an interruption left between its phases: such a transaction keeps its locks until somebody decides.
 *
 * MariaDB 11.8 logs a step of XA before its engine does it, and its recovery does not bring them together: one that is
 * killed may hold prepared what its log commits or rolls back. Deciding that anew would log a step without its XA PREPARE,
 * at which its own replicas stop, too (1397); so the engine is told what the log says, and the log nothing.
 */
export async function decidePrepared(connection: mysql.Connection): Promise<void> {
  const [prepared] = await connection.query<mysql.RowDataPacket[]>('XA RECOVER');
  for (const { data } of prepared) {
    const last = await lastLogged(connection, String(data));
    const isDecided = last === 'COMMIT' || last === 'ROLLBACK';
    if (isDecided) await connection.query('SET sql_log_bin = 0');
    await connection.query(`XA ${isDecided ? last : 'COMMIT'} '${data}'`);
    if (isDecided) await connection.query('SET sql_log_bin = 1');
  }
}

/** The last step of a transaction of two phases that is in the log. */
async function lastLogged(connection: mysql.Connection, xid: string): Promise<string | undefined> {
  const step = new RegExp(`\\bXA (PREPARE|COMMIT|ROLLBACK) X'${Buffer.from(xid).toString('hex')}'`, 'i');
  const [files] = await connection.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
  for (const { Log_name } of files.reverse()) {
    const [events] = await connection.query<mysql.RowDataPacket[]>(`SHOW BINLOG EVENTS IN '${Log_name}'`);
    const last = events.findLast(({ Info }) => step.test(Info));
    if (last !== undefined) return step.exec(last.Info)?.[1];
  }
  return undefined;
}

/** The statements of one transaction, of which the ledger's is the first. */
function transaction(random: Random, { writer, serial }: { writer: number; serial: number }): string[] {
  const first = writer * IDS_PER_WRITER;
  const own = (count: number): number[] => random.distinct(count, first, first + IDS_PER_WRITER - 1);
  const all = (count: number): number[] => random.distinct(count, 0, WRITERS * IDS_PER_WRITER - 1);
  const body = (): string => 'abcdefghijklmnopqrstuvwxyz'[random.between(0, 25)]!.repeat(random.between(1, 120));
  const version = serial * VERSIONS_PER_INSERT;
  const upsert = (table: string, ids: readonly number[]): string =>
    `INSERT INTO ${table} (id, version, body) VALUES ${ids.map((id) => `(${id}, ${version}, '${body()}')`).join()}
     ON DUPLICATE KEY UPDATE version = ${table}.version + 1, body = VALUES(body)`;
  const update = (table: string, ids: readonly number[]): string =>
    `UPDATE ${table} SET version = version + 1, body = '${body()}' WHERE id IN (${ids.join()}) ORDER BY id`;
  const remove = (table: string, ids: readonly number[]): string =>
    `DELETE FROM ${table} WHERE id IN (${ids.join()}) ORDER BY id`;

  const kind = random.fraction();
  if (kind < 0.35) return [upsert('account', own(random.between(1, 6)))];
  if (kind < 0.6) return [update('account', all(random.between(1, 8))), update('item', all(random.between(1, 8)))];
  if (kind < 0.75) return [upsert('item', own(20)), upsert('account', own(3)), remove('item', own(2))];
  if (kind < 0.85) return [remove('account', own(4))];
  if (kind < 0.95) return [upsert('item', own(2)), 'SAVEPOINT s', update('item', all(5)), 'ROLLBACK TO SAVEPOINT s'];
  if (kind < 0.99) return [];
  return [largeInsert({ writer, serial })];
}

/** One statement, many row events. */
function largeInsert({ writer, serial }: { writer: number; serial: number }): string {
  const first = (writer + 1) * LEDGER_IDS_PER_WRITER + serial * LARGE_ROWS;
  const rows = Array.from({ length: LARGE_ROWS }, (_, i) => `(${first + i}, 1, REPEAT('large ', 40))`);
  return `INSERT INTO item (id, version, body) VALUES ${rows.join()}`;
}

/** Errors that a busy server, and one that is stopped or killed, gives. */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return PASSING.has(code) || (error instanceof Error && 'fatal' in error && error.fatal === true);
}

const PASSING = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  // MariaDB: somebody else changed the row.
  'ER_CHECKREAD',
  'ER_TABLE_DEF_CHANGED',
  // Of a transaction that is prepared, while the connection that left it there is not gone yet.
  'ER_XAER_NOTA',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_NEW_ABORTING_CONNECTION',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'PROTOCOL_CONNECTION_LOST',
]);
