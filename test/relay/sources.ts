import { type Command, run } from '../servers/command.js';
import type { DatabaseServer } from '../servers/database.js';
import { mariadbTool, startMariadb } from '../servers/mariadb.js';
import { mysqlTool, startMysql } from '../servers/mysql.js';

/** Longer than any test takes: a commit waits until it is acknowledged. */
const TIMEOUT_MS = 3_600_000;

export interface SemiSyncKind {
  readonly name: 'mysql' | 'mariadb';
  readonly title: string;
  readonly start: () => Promise<DatabaseServer>;
  /** Lets commits wait for nobody. */
  readonly asynchronous: readonly string[];
  /** The server's own tool checks every event of the files. */
  verify(files: readonly string[]): Promise<void>;
}

/** Sources whose commits wait, before anybody sees them, until a replica has them. */
export const SEMI_SYNC_SOURCES: readonly SemiSyncKind[] = [
  {
    name: 'mysql',
    title: 'MySQL 9.7',
    asynchronous: ['SET GLOBAL rpl_semi_sync_source_enabled = OFF'],
    verify: async (files) => verify(await mysqlTool('mysqlbinlog'), files),
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
    name: 'mariadb',
    title: 'MariaDB 11.8',
    asynchronous: ['SET GLOBAL rpl_semi_sync_master_enabled = OFF'],
    verify: async (files) => verify(await mariadbTool('mariadb-binlog'), files),
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

async function verify(tool: Command, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await run(tool, ['--no-defaults', '--verify-binlog-checksum', '--result-file=/dev/null', file]);
  }
}
