/** A log that is encrypted at rest: its files are refused with the way out, and the way out leads there. */
import { expect } from 'vitest';
import { changes } from '../../src/column/changes.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverLog } from '../../src/source/server.js';
import { describe as describeChange, failure, record } from '../binlog/recording.js';
import { stream } from '../roundtrip/stream.js';
import { startEncryptedMariadb, startEncryptedMysql } from '../servers/keyring.js';
import { needs } from '../servers/suite.js';

const MYSQL = ['--binlog-row-metadata=FULL', '--gtid-mode=ON', '--enforce-gtid-consistency=ON'];

for (const [name, start] of [
  ['MySQL', () => startEncryptedMysql(MYSQL)],
  ['MariaDB', () => startEncryptedMariadb('11.8', ['--binlog-row-metadata=FULL'])],
] as const) {
  needs('own').test(`the encrypted log of ${name} is read through its server, and only there`, async () => {
    await using server = await start();
    const paths = await record(server, 'vault', ({ run }) =>
      run('a', 'create table t (a int)', 'insert into t values (1), (2)'),
    );
    expect(await failure(paths)).toMatchObject({
      code: 'BINLOG_ENCRYPTED',
      hint: expect.stringContaining('read it through the server'),
    });
    const lines: string[] = [];
    const log = serverLog({ address: parseServerUrl(server.url), stopAtEnd: true });
    for await (const transaction of stream(log)) lines.push(...[...changes(transaction)].map(describeChange));
    expect(lines.slice(-3).map((line) => line.trim())).toEqual(['create table t (a int)', 'insert t 1', 'insert t 2']);
  });
}
