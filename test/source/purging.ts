import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from '../../src/mysql/connect.js';
import { logFiles } from '../../src/mysql/probe.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { never } from './reading.js';

/**
 * Purges until the file is the first that is left: a server keeps what a reader of its log is still at, however it was
 * ended, and a MariaDB what has not reached its tables.
 */
export async function purgeTo(url: string, file: string): Promise<void> {
  await withConnection(parseServerUrl(url), never, async (connection) => {
    for (;;) {
      await connection.query(`PURGE BINARY LOGS TO '${file}'`);
      if ((await logFiles(connection))[0]?.name === file) return;
      await sleep(20);
    }
  });
}
