import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';

/** Longer than any test takes: a commit waits until it is acknowledged. */
const TIMEOUT_MS = 3_600_000;

export interface SemiSyncKind {
  readonly title: string;
  readonly start: () => Promise<DatabaseServer>;
}

/** Sources whose commits wait, before anybody sees them, until a replica has them. */
export const SEMI_SYNC_SOURCES: readonly SemiSyncKind[] = [
  {
    title: 'MySQL 9.7',
    start: () =>
      startMysql({
        options: [
          '--plugin-load-add=semisync_source.so',
          '--rpl-semi-sync-source-enabled=ON',
          '--rpl-semi-sync-source-wait-point=AFTER_SYNC',
          `--rpl-semi-sync-source-timeout=${TIMEOUT_MS}`,
          '--binlog-row-metadata=FULL',
          '--sync-binlog=1',
        ],
      }),
  },
  {
    title: 'MariaDB 11.8',
    start: () =>
      startMariadb({
        options: [
          '--rpl-semi-sync-master-enabled=ON',
          '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
          `--rpl-semi-sync-master-timeout=${TIMEOUT_MS}`,
          '--binlog-row-metadata=FULL',
          '--sync-binlog=1',
        ],
      }),
  },
];
