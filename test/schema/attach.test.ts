/** What is found out of tables at a position, while somebody stops the pipeline that asks. */
import { expect } from 'vitest';
import type { LogSource } from '../../src/core/source.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { attach, copyOf } from '../../src/schema/attach.js';
import { tableIn } from '../../src/schema/history/state.js';
import { serverLog } from '../../src/source/server.js';
import { startMysql } from '../servers/mysql.js';
import { needs, sharedMysql } from '../servers/suite.js';
import { logEnd, sql } from '../source/reading.js';

needs('mysql').test(
  'a log that is read only in part says nothing: what comes later may have altered tables',
  async () => {
    const { url } = await sharedMysql();
    const address = parseServerUrl(url);
    const log = serverLog({ address, stopAtEnd: true });
    const { signal } = new AbortController();
    const from = { source: await log.identity(signal), log: await log.head(signal), held: [] };
    await sql(
      url,
      'DROP DATABASE IF EXISTS attached',
      'CREATE DATABASE attached',
      'CREATE TABLE attached.t (id INT, renamed INT)',
      'ALTER TABLE attached.t RENAME COLUMN renamed TO name',
    );
    const stopped = new AbortController();
    // Stopped while it reads what lies behind the position; the end of the log was looked at before.
    const left: LogSource = {
      ...log,
      async *read(position, reading) {
        const isBehind = position.log.kind === 'gtid';
        for await (const block of log.read(position, reading)) {
          if (isBehind) stopped.abort(new Error('stopped'));
          yield block;
        }
      },
    };
    await expect(attach(from, { address, log: left, signal: stopped.signal })).rejects.toThrow('stopped');
    expect(await attach(from, { address, log, signal })).toMatchObject({ later: { at: expect.anything() } });
  },
);

needs('own').test('columns that a logged statement alters are read again when it is committed', async () => {
  // A commit that waits for a replica, of which there is none, is logged and not yet to be seen.
  const options = ['--plugin-load-add=semisync_source.so', '--rpl-semi-sync-source-timeout=1000'];
  await using source = await startMysql({ options });
  const { url } = source;
  const address = parseServerUrl(url);
  const { signal } = new AbortController();
  await sql(url, 'CREATE DATABASE attached', 'CREATE TABLE attached.t (id INT, old_name INT)');
  await sql(url, 'SET GLOBAL rpl_semi_sync_source_enabled = ON');
  const { offset } = await logEnd(url);
  const altering = sql(url, 'ALTER TABLE attached.t RENAME COLUMN old_name TO new_name');
  while ((await logEnd(url)).offset === offset);
  const { at, state } = await copyOf({ address, log: serverLog({ address, stopAtEnd: true }), signal });
  await altering;
  expect(at.offset).toBeGreaterThan(offset);
  expect(tableIn(state, 'attached', 't')).toMatchObject({
    definition: { columns: [{ name: 'id' }, { name: 'new_name' }] },
  });
});
