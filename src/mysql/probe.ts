import { GtidSet } from '../core/gtid.js';
import { type MariaGtid, MariaGtids, parseMariaGtid } from '../core/maria-gtid.js';
import type { SourceIdentity } from '../core/position.js';
import type { Connection } from './connect.js';

/** What a server says about itself and its log, as far as every user that may replicate can ask. */
export interface ServerFacts {
  readonly identity: SourceIdentity;
  readonly version: string;
  readonly serverId: number;
  readonly logBin: boolean;
  readonly binlogFormat: 'ROW' | 'STATEMENT' | 'MIXED';
  readonly binlogRowImage: string;
  /** Null where no metadata of columns is written: before MySQL 8.0, and by default on MariaDB (NO_LOG). */
  readonly binlogRowMetadata: 'MINIMAL' | 'FULL' | null;
  readonly binlogChecksum: string;
  /** Null where transactions have no GTIDs of MySQL's kind: gtid_mode is not ON, or it is a MariaDB. */
  readonly gtids: { readonly executed: GtidSet; readonly purged: GtidSet } | null;
  /** As the server calls it, for messages: OFF, ON_PERMISSIVE, …; empty on MariaDB. */
  readonly gtidMode: string;
  /** What MariaDB's log holds, the last of each domain, and the last of each server in each domain; null elsewhere. */
  readonly domains: { readonly logged: MariaGtids; readonly state: readonly MariaGtid[] } | null;
}

const VARIABLES = [
  'version',
  'server_id',
  'server_uuid',
  'log_bin',
  'binlog_format',
  'binlog_row_image',
  'binlog_row_metadata',
  'binlog_checksum',
  'gtid_mode',
  'gtid_strict_mode',
];

export async function probe(connection: Connection): Promise<ServerFacts> {
  const names = VARIABLES.map((name) => `'${name}'`).join(', ');
  const rows = await connection.query<[string, string]>(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`);
  const variables = new Map(rows.map(([name, value]) => [name.toLowerCase(), value]));
  const get = (name: string): string => variables.get(name) ?? '';
  const serverId = Number(get('server_id'));
  const version = get('version');
  const gtidMode = get('gtid_mode').toUpperCase();
  return {
    identity: /mariadb/i.test(version)
      ? { flavour: 'mariadb', id: `server-id:${serverId}` }
      : { flavour: 'mysql', id: get('server_uuid') },
    version,
    serverId,
    logBin: get('log_bin') === 'ON',
    binlogFormat: formatOf(get('binlog_format')),
    binlogRowImage: get('binlog_row_image').toUpperCase(),
    binlogRowMetadata: metadataOf(get('binlog_row_metadata')),
    binlogChecksum: get('binlog_checksum').toUpperCase(),
    gtids: gtidMode === 'ON' ? await gtidSets(connection) : null,
    gtidMode,
    domains: variables.has('gtid_strict_mode') ? await loggedDomains(connection) : null,
  };
}

/** A server without the variable, as later ones will be, knows rows only. */
function formatOf(text: string): ServerFacts['binlogFormat'] {
  const format = text.toUpperCase();
  return format === 'STATEMENT' || format === 'MIXED' ? format : 'ROW';
}

function metadataOf(text: string): ServerFacts['binlogRowMetadata'] {
  const metadata = text.toUpperCase();
  return metadata === 'FULL' || metadata === 'MINIMAL' ? metadata : null;
}

/** Not by SHOW VARIABLES, which cuts values at 1024 characters. */
async function gtidSets(connection: Connection): Promise<{ executed: GtidSet; purged: GtidSet }> {
  const [row] = await connection.query<[string, string]>('SELECT @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged');
  return { executed: GtidSet.parse(row?.[0] ?? ''), purged: GtidSet.parse(row?.[1] ?? '') };
}

async function loggedDomains(connection: Connection): Promise<NonNullable<ServerFacts['domains']>> {
  const [row] = await connection.query<[string, string]>('SELECT @@GLOBAL.gtid_binlog_pos, @@GLOBAL.gtid_binlog_state');
  const state = (row?.[1] ?? '').split(',').filter(Boolean).map(parseMariaGtid);
  return { logged: MariaGtids.parse(row?.[0] ?? ''), state };
}

/** What MariaDB's log had logged where a file of it begins. Null where the server does not have the file. */
export async function domainsBefore(connection: Connection, file: string): Promise<MariaGtids | null> {
  const [row] = await connection.query<[string | null]>('SELECT BINLOG_GTID_POS(?, 4)', [file]);
  return row?.[0] == null ? null : MariaGtids.parse(row[0]);
}

/**
 * Waits until the server has executed `gtids`, at most `seconds`; false when it has not. A server sends a transaction
 * as soon as it is in the log, which is before it counts as executed: by seconds, where a semi-sync replica is awaited.
 */
export async function waitForGtids(connection: Connection, gtids: GtidSet, seconds: number): Promise<boolean> {
  // The server takes 0 for no end.
  if (seconds === 0) return gtids.isEmpty;
  const [row] = await connection.query<[number | string]>('SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?)', [
    gtids.toString(),
    seconds,
  ]);
  return Number(row?.[0]) === 0;
}

export interface LogFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** All files of the log, oldest first. Needs the privilege REPLICATION CLIENT (MariaDB: BINLOG MONITOR). */
export async function logFiles(connection: Connection): Promise<LogFile[]> {
  const rows = await connection.query<[string, number | string]>('SHOW BINARY LOGS');
  return rows.map(([name, size]) => ({ name, sizeBytes: Number(size) }));
}
