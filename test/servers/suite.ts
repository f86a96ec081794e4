/**
 * Servers for test files.
 *
 *   const mysql = await sharedMysql('9.7');          // for one file after the other: use names of your own, never stop it
 *   const kafka = await sharedKafka();
 *   await using own = await startMysql({ … });       // a private one, to be killed, restarted or set up differently
 *
 * With ROWTIDE_TEST_MYSQL and its siblings set, the given servers are used and no other is started. A test that wants
 * what may not have been given says so, and is then listed by name at the end of the run:
 *
 *   needs('own').test('comes back after kill -9', async () => { … });
 *   needs('mysql57', 'kafka').describe('an old server', () => { … });
 */
import mysql from 'mysql2/promise';
import { describe, test } from 'vitest';
import type { DatabaseAddress } from './database.js';
import type { KafkaAddress } from './kafka.js';
import { kinds, type ServerKind } from './kinds.js';
import type { MariadbVersion } from './mariadb.js';
import type { MysqlVersion } from './mysql.js';

/** A shared server, or a private one, started by the test itself. */
export type Need = ServerKind | 'own';

export interface Definers {
  test(name: string, body: () => Promise<void> | void, timeoutMs?: number): void;
  describe: {
    (name: string, body: () => void): void;
    each<T>(cases: readonly T[]): (name: string, body: (each: T) => void) => void;
  };
}

export async function sharedMysql(version: MysqlVersion = '9.7'): Promise<DatabaseAddress> {
  return database(await shared(kindOf[version]));
}

export async function sharedMariadb(version: MariadbVersion = '11.8'): Promise<DatabaseAddress> {
  return database(await shared(version === '11.8' ? 'mariadb' : 'mariadb1011'));
}

export async function sharedKafka(): Promise<KafkaAddress> {
  return { brokers: (await shared('kafka')).address.split(',') };
}

/** The URL of its Confluent-compatible API. */
export async function sharedRegistry(): Promise<string> {
  return (await shared('registry')).address;
}

export function needs(...wanted: readonly Need[]): Definers {
  const missing = areGiven() ? wanted.filter((need) => need === 'own' || !given(need)) : [];
  if (missing.length === 0) return { test, describe };
  const notRun = (name: string): void => {
    test(name, async ({ task, skip }) => {
      const reason = missing.map((need) => (need === 'own' ? 'a server of its own' : kinds[need].variable));
      await fetch(keeper(), { method: 'POST', body: `${task.fullName} (needs ${reason.join(' and ')})` });
      skip();
    });
  };
  const each = (cases: readonly unknown[]) => (name: string) => {
    for (const one of cases) notRun(name.replace('%s', String(one)));
  };
  return { test: notRun, describe: Object.assign(notRun, { each }) };
}

const kindOf: Record<MysqlVersion, ServerKind> = { '9.7': 'mysql', '8.0': 'mysql80', '5.7': 'mysql57' };

const given = (kind: ServerKind): string | undefined => process.env[kinds[kind].variable] || undefined;
const areGiven = (): boolean => Object.values(kinds).some(({ variable }) => process.env[variable]);

interface Shared {
  address: string;
  /** Unknown where the server was given. */
  version?: string;
}

async function shared(kind: ServerKind): Promise<Shared> {
  const { title, variable } = kinds[kind];
  const address = given(kind);
  if (address) return { address };
  if (areGiven()) throw new Error(`${variable} is not set; a test that can do without says needs('${kind}')`);
  const response = await fetch(`${keeper()}/${process.env.VITEST_POOL_ID}/${kind}`);
  const body = await response.text();
  if (!response.ok) throw new Error(`no ${title} for the tests: ${body}`);
  return JSON.parse(body) as Shared;
}

async function database({ address, version }: Shared): Promise<DatabaseAddress> {
  const { hostname, port, username, password } = new URL(address);
  return {
    version: version ?? (await askVersion(address)),
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    url: address,
  };
}

async function askVersion(url: string): Promise<string> {
  const connection = await mysql.createConnection(url);
  const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT version() AS version');
  await connection.end();
  return String(rows[0]?.version);
}

function keeper(): string {
  const address = process.env.ROWTIDE_TEST_KEEPER;
  if (!address)
    throw new Error('nobody keeps the servers: vitest.config.ts wants globalSetup ./test/servers/keeper.ts');
  return address;
}
