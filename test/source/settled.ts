import { setTimeout as sleep } from 'node:timers/promises';
import { withConnection } from '../../src/mysql/connect.js';
import { logFiles } from '../../src/mysql/probe.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { never } from './reading.js';

/**
 * Resolves when a MariaDB has noted in its last log file that nothing before it is needed any more. It logs that event
 * when it gets to it, also while nobody writes; nothing else comes by itself.
 */
export async function logSettled(url: string): Promise<void> {
  await withConnection(parseServerUrl(url), never, async (connection) => {
    for (;;) {
      const last = (await logFiles(connection)).at(-1)!.name;
      const events = await connection.query<readonly string[]>(`SHOW BINLOG EVENTS IN '${last}'`);
      if (events.some(([, , type, , , info]) => type === 'Binlog_checkpoint' && info === last)) return;
      await sleep(20);
    }
  });
}
