/** What is found out of tables at a position, while somebody stops the pipeline that asks. */
import { expect } from 'vitest';
import type { LogSource } from '../../src/core/source.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { attach } from '../../src/schema/attach.js';
import { serverLog } from '../../src/source/server.js';
import { needs, sharedMysql } from '../servers/suite.js';
import { sql } from '../source/reading.js';

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
