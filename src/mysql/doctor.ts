import { isAtLeast, isMariadb } from '../binlog/server-version.js';
import { RowtideError } from '../core/errors.js';
import type { Connection } from './connect.js';
import { type Grants, parseGrants } from './grants.js';
import { baseTables, type TableName, type TableWithoutKey, tablesWithoutKey } from './tables.js';

/** What is known about a server, and about the stream that is to be read from it. Plain data: checks ask nothing else. */
export interface DoctorFacts extends Server {
  /** Global ones, by their names in lower case. */
  readonly variables: ReadonlyMap<string, string>;
  /** Who asks, as GRANT takes it: 'cdc'@'%'. */
  readonly account: string;
  readonly grants: Grants;
  /** Server ids of the readers that made themselves known; null: the user may not ask. */
  readonly replicaIds: readonly number[] | null;
  /** Whether it replicates from another server; null: the user may not ask. */
  readonly isReplica: boolean | null;
  /** What the log leaves out; null: the user may not ask. */
  readonly logFilters: LogFilters | null;
  readonly hasNamedTimeZones: boolean;
  /** All that the user may see. */
  readonly tables: readonly TableName[];
  readonly tablesWithoutKey: readonly TableWithoutKey[];
}

export interface Server {
  readonly flavour: 'mysql' | 'mariadb';
  /** As the server says it. */
  readonly version: string;
}

/** Names of schemas with commas between; empty: none. */
export interface LogFilters {
  readonly only: string;
  readonly not: string;
}

/** Everything a doctor asks a server. What the user may not ask is null; every other error is thrown. */
export async function gatherFacts(connection: Connection): Promise<DoctorFacts> {
  const rows = await connection.query<[string, string]>('SHOW GLOBAL VARIABLES');
  const variables = new Map(rows.map(([name, value]) => [name.toLowerCase(), value]));
  const version = variables.get('version') ?? '';
  const server: Server = { version, flavour: isMariadb(version) ? 'mariadb' : 'mysql' };
  return {
    ...server,
    variables,
    account: await accountOf(connection),
    grants: parseGrants(await grantsOf(connection)),
    replicaIds: await replicaIds(connection, server),
    isReplica: await isReplica(connection, server),
    logFilters: variables.get('log_bin') === 'ON' ? await logFilters(connection, server) : { only: '', not: '' },
    hasNamedTimeZones: await hasNamedTimeZones(connection),
    tables: await baseTables(connection),
    tablesWithoutKey: await tablesWithoutKey(connection),
  };
}

/** Whether it is a server of that flavour, and of that version or a newer one. */
export function isSince(
  { flavour, version }: Server,
  wanted: Server['flavour'],
  since: readonly [number, number, number],
): boolean {
  return flavour === wanted && isAtLeast(version, since) === true;
}

async function accountOf(connection: Connection): Promise<string> {
  const [row] = await connection.query<[string]>('SELECT CURRENT_USER()');
  const account = row?.[0] ?? '';
  const at = account.lastIndexOf('@');
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return `${quoted(account.slice(0, at))}@${quoted(account.slice(at + 1))}`;
}

/** Those of active roles are among them. */
async function grantsOf(connection: Connection): Promise<string[]> {
  return (await connection.query<[string]>('SHOW GRANTS')).map(([line]) => line);
}

async function replicaIds(connection: Connection, server: Server): Promise<number[] | null> {
  const isRenamed = isSince(server, 'mysql', [8, 0, 22]);
  const rows = await ifAllowed(connection.query<[number | string]>(isRenamed ? 'SHOW REPLICAS' : 'SHOW SLAVE HOSTS'));
  return rows?.map(([id]) => Number(id)) ?? null;
}

async function isReplica(connection: Connection, server: Server): Promise<boolean | null> {
  const isRenamed = isSince(server, 'mysql', [8, 0, 22]);
  const sql =
    server.flavour === 'mariadb' ? 'SHOW ALL SLAVES STATUS' : isRenamed ? 'SHOW REPLICA STATUS' : 'SHOW SLAVE STATUS';
  const rows = await ifAllowed(connection.query(sql));
  return rows === null ? null : rows.length > 0;
}

/** File, position, what is logged alone, what is not logged. */
async function logFilters(connection: Connection, server: Server): Promise<LogFilters | null> {
  const isRenamed = isSince(server, 'mysql', [8, 2, 0]);
  const sql = isRenamed ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS';
  const rows = await ifAllowed(connection.query<[string, number, string, string]>(sql));
  return rows === null ? null : { only: rows[0]?.[2] ?? '', not: rows[0]?.[3] ?? '' };
}

async function hasNamedTimeZones(connection: Connection): Promise<boolean> {
  const [row] = await connection.query<[string | null]>(
    "SELECT CONVERT_TZ('2000-01-01 00:00:00', 'UTC', 'Europe/Berlin')",
  );
  return row?.[0] != null;
}

async function ifAllowed<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RowtideError && error.code === 'SOURCE_ACCESS_DENIED') return null;
    throw error;
  }
}
