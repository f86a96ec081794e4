import { RowtideError } from '../core/errors.js';
import type { Connection } from './connect.js';

/** What a source says of semi-synchronous replication; null where it has none: its plugin is not installed. */
export interface SemiSyncSource {
  /** Whether it is switched on at all. */
  readonly enabled: boolean;
  /** Whether its commits wait now; false once it gave up waiting, until a replica has caught up. */
  readonly active: boolean;
  /** AFTER_SYNC: a commit is visible to nobody before it is acknowledged. */
  readonly waitPoint: 'AFTER_SYNC' | 'AFTER_COMMIT';
  readonly timeoutMs: number;
  /** How many acknowledgements a commit waits for; MariaDB knows of one. */
  readonly waitsForReplicas: number;
  readonly replicas: number;
  /** Commits that were acknowledged in time, and that were not. */
  readonly acknowledged: number;
  readonly unacknowledged: number;
  /** How often it gave up waiting. */
  readonly timeouts: number;
}

/** Servers before MySQL 8.0.26, and MariaDB, say master and slave; the plugin may be of either name. */
export async function semiSyncOf(connection: Connection): Promise<SemiSyncSource | null> {
  const variables = await named(connection, 'SHOW GLOBAL VARIABLES LIKE');
  const enabled = variables('enabled');
  if (enabled === undefined) return null;
  const status = await named(connection, 'SHOW GLOBAL STATUS LIKE');
  const count = (name: string): number => Number(status(name) ?? 0);
  return {
    enabled: isOn(enabled),
    active: isOn(status('status')),
    waitPoint: variables('wait_point') === 'AFTER_COMMIT' ? 'AFTER_COMMIT' : 'AFTER_SYNC',
    timeoutMs: Number(variables('timeout') ?? 0),
    waitsForReplicas: Number(variables('wait_for_replica_count') ?? variables('wait_for_slave_count') ?? 1),
    replicas: count('clients'),
    acknowledged: count('yes_tx'),
    unacknowledged: count('no_tx'),
    timeouts: count('no_times'),
  };
}

/** Gets the value of `rpl_semi_sync_source_NAME` or, where that is what it is called, `rpl_semi_sync_master_NAME`. */
async function named(connection: Connection, show: string): Promise<(name: string) => string | undefined> {
  const rows = await connection.query<[string, string]>(`${show} 'rpl\\_semi\\_sync\\_%'`);
  const values = new Map(rows.map(([name, value]) => [name.toLowerCase(), String(value)]));
  return (name) => values.get(`rpl_semi_sync_source_${name}`) ?? values.get(`rpl_semi_sync_master_${name}`);
}

function isOn(value: string | undefined): boolean {
  return value === 'ON' || value === '1';
}

export function noSemiSync(place: string): RowtideError {
  return new RowtideError('SOURCE_SETTINGS', `${place}: the server has no semi-synchronous replication`, {
    hint: "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'; SET PERSIST rpl_semi_sync_source_enabled = ON; before MySQL 8.0.26 the plugin is rpl_semi_sync_master, of semisync_master.so.",
  });
}
