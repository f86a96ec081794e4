import mysql from 'mysql2/promise';
import { Random } from '../../../roundtrip/random.js';
import type { DatabaseAddress } from '../../../servers/database.js';
import { connected, contents, execute, select, start } from '../replicating.js';
import { logged } from './source.js';

export interface StatesOptions {
  readonly source: DatabaseAddress;
  readonly target: DatabaseAddress;
  /** Of the sink: mode, workers and so on. */
  readonly options: Record<string, unknown>;
  readonly transactions: number;
  readonly seed: number;
}

export interface StatesFound {
  /** What readers of the target saw, each state once. */
  readonly seen: number;
  /** Of those the ones that the source never had, or had before one that was seen earlier. */
  readonly wrong: readonly string[];
  readonly source: Record<string, string>;
  readonly target: Record<string, string>;
}

const COUNTERS = 12;
const PARENTS = 6;
const CHILDREN = 20;
const CLIENTS = 6;

const SCHEMA = [
  'DROP DATABASE IF EXISTS states',
  'CREATE DATABASE states',
  'CREATE TABLE states.counter (id INT PRIMARY KEY, tag INT NOT NULL)',
  'CREATE TABLE states.parent (id INT PRIMARY KEY, name VARCHAR(20) COLLATE utf8mb4_0900_ai_ci UNIQUE, note INT)',
  `CREATE TABLE states.child (id INT PRIMARY KEY, slot INT NOT NULL UNIQUE, parent INT NULL,
    FOREIGN KEY (parent) REFERENCES states.parent (id))`,
  `INSERT INTO states.counter VALUES ${Array.from({ length: COUNTERS }, (_, id) => `(${id}, 0)`).join(', ')}`,
];
const STATE = "SELECT GROUP_CONCAT(tag ORDER BY id SEPARATOR ' ') FROM states.counter";

/**
 * Many clients change a source, in transactions that conflict on purpose, while a replica follows and a reader looks at
 * its target all the time. Every transaction changes counters, so that a state of them tells after which one it was.
 */
export async function checkStates(checked: StatesOptions): Promise<StatesFound> {
  const { source, target, options } = checked;
  await execute(target, 'DROP DATABASE IF EXISTS states');
  // Mode sql is about tables only.
  if (options.mode === 'sql') await execute(target, 'CREATE DATABASE states');
  await using running = start({ source, target, options });
  const failed = running.failure().then((error) => Promise.reject(error));
  // Awaited wherever something is waited for.
  failed.catch(() => undefined);
  // Mode binlog begins where the target ends, mode sql at the end of the log.
  if (options.mode === 'sql') await Promise.race([until(() => hasPosition(target)), failed]);
  await execute(source, ...SCHEMA);
  await Promise.race([until(() => hasTables(target)), failed]);
  const reader = new Reader(target);
  const commits = await Promise.race([load(checked), failed]);
  const [[last = ''] = []] = await select(source, STATE);
  await Promise.race([until(async () => reader.last === last), failed]);
  const seen = await reader.stop();
  return { ...verdict(seen, commits), source: await own(source), target: await own(target) };
}

/** What a reader of the source could have seen, in its order. */
function verdict(seen: readonly string[], commits: readonly ReadonlyMap<number, number>[]) {
  const counters = Array.from({ length: COUNTERS }, () => 0);
  const places = new Map([[counters.join(' '), 0]]);
  for (const [i, tags] of commits.entries()) {
    for (const [id, tag] of tags) counters[id] = tag;
    places.set(counters.join(' '), i + 1);
  }
  let before = 0;
  const wrong = seen.filter((state) => {
    const place = places.get(state) ?? -1;
    const isWrong = place < before;
    before = Math.max(before, place);
    return isWrong;
  });
  return { seen: seen.length, wrong };
}

/** Runs the transactions, and gives the tags that each of them wrote, in the order of the log. */
async function load({ source, transactions, seed }: StatesOptions): Promise<ReadonlyMap<number, number>[]> {
  const random = new Random(seed);
  const all = await logged(source, async () => {
    let tag = 0;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const connection = await mysql.createConnection({ uri: source.url, multipleStatements: true });
        while (tag < transactions) await attempt(connection, changesOf(random, ++tag));
        await connection.end();
      }),
    );
  });
  return all.map(({ entries }) => {
    const tags = new Map<number, number>();
    for (const entry of entries) {
      if (entry.kind !== 'rows' || entry.table.name !== 'counter') continue;
      const cursor = entry.cursor();
      while (cursor.next()) {
        const { bytes, at } = cursor.after!;
        tags.set(bytes.readInt32LE(at[0]!), bytes.readInt32LE(at[1]!));
      }
    }
    return tags;
  });
}

/** What stands in the way of others is given up, as clients do. The counters come first, so that every client meets there. */
async function attempt(connection: mysql.Connection, [counters, ...others]: readonly string[]): Promise<void> {
  await connection.query('BEGIN');
  try {
    await connection.query(counters!);
    for (const sql of others) await connection.query(sql).catch(ignoreConflict);
    await connection.query('COMMIT');
  } catch {
    await connection.query('ROLLBACK');
  }
}

/** Duplicate keys, parents that are not there and children that still are: the transaction goes on without it. */
function ignoreConflict(error: unknown): void {
  const errno = error instanceof Error && 'errno' in error ? error.errno : 0;
  if (![1062, 1451, 1452].includes(Number(errno))) throw error;
}

function changesOf(random: Random, tag: number): string[] {
  const first = random.int(0, COUNTERS - 2);
  const ids = random.chance(0.5) ? [first] : [first, random.int(first + 1, COUNTERS - 1)];
  const parent = random.int(1, PARENTS);
  const child = random.int(1, CHILDREN);
  const name = random.pick(['anna', 'BERTA', 'Cäsar', 'dora', 'emil']);
  const change = random.pick([
    `INSERT INTO states.parent VALUES (${parent}, '${name}', 0)`,
    `UPDATE states.parent SET name = '${name.toUpperCase()}' WHERE id = ${parent}`,
    `UPDATE states.parent SET note = note + 1 WHERE id = ${parent}`,
    `DELETE FROM states.parent WHERE id = ${parent}`,
    `INSERT INTO states.child VALUES (${child}, ${random.int(1, CHILDREN)}, ${parent})`,
    `UPDATE states.child SET slot = ${random.int(1, CHILDREN)} WHERE id = ${child}`,
    `UPDATE states.child SET parent = ${parent} WHERE id = ${child}`,
    `DELETE FROM states.child WHERE id = ${child}`,
    `DELETE FROM states.child WHERE parent = ${parent}`,
  ]);
  return [`UPDATE states.counter SET tag = ${tag} WHERE id IN (${ids.join(', ')})`, change];
}

/** Looks at the counters again and again, each time in one statement. */
class Reader {
  readonly #states: string[] = [];
  readonly #reading: Promise<void>;
  #isStopped = false;

  constructor(target: DatabaseAddress) {
    this.#reading = this.#read(target);
  }

  get last(): string | undefined {
    return this.#states.at(-1);
  }

  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    await this.#reading;
    return this.#states;
  }

  async #read(target: DatabaseAddress): Promise<void> {
    const connection = await connected(target);
    while (!this.#isStopped) {
      const [rows] = await connection.query<mysql.RowDataPacket[]>({ sql: STATE, rowsAsArray: true });
      const state = String((rows as unknown as string[][])[0]?.[0]);
      if (state !== this.last) this.#states.push(state);
    }
    await connection.end();
  }
}

async function hasPosition(target: DatabaseAddress): Promise<boolean> {
  const [[tables] = []] = await select(
    target,
    "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'rowtide' AND TABLE_NAME = 'checkpoint'",
  );
  if (Number(tables) === 0) return false;
  const [[rows] = []] = await select(target, 'SELECT COUNT(checkpoint) FROM rowtide.checkpoint');
  return Number(rows) > 0;
}

async function hasTables(target: DatabaseAddress): Promise<boolean> {
  const [[count] = []] = await select(
    target,
    `SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'states'`,
  );
  if (Number(count) < 3) return false;
  const [[rows] = []] = await select(target, 'SELECT COUNT(*) FROM states.counter');
  return Number(rows) === COUNTERS;
}

async function own(server: DatabaseAddress): Promise<Record<string, string>> {
  const all = Object.entries(await contents(server));
  return Object.fromEntries(all.filter(([name]) => name.startsWith('states.')));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
