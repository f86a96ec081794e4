/**
 * The columns that statements make are those that the server has: after each of them, what we know by the words of the
 * log alone equals INFORMATION_SCHEMA. ROWTIDE_SEED=… repeats a run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random, seedOf } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { onlyCharsets, prepareCharsets } from './charset-options.js';
import { compared, followed } from './compared.js';
import type { Flavour } from './generator.js';
import { loggedStatements } from './logged.js';
import { differences, Oracle } from './oracle.js';
import { told } from './untold.js';

const SERVERS: readonly { flavour: Flavour; statements: number; start: () => Promise<DatabaseServer> }[] = [
  { flavour: 'mysql-9.7', statements: 400, start: () => startMysql({ version: '9.7' }) },
  { flavour: 'mysql-8.0', statements: 40, start: () => startMysql({ version: '8.0', gtid: false }) },
  { flavour: 'mysql-5.7', statements: 40, start: () => startMysql({ version: '5.7', gtid: false }) },
  { flavour: 'mariadb-11.8', statements: 40, start: () => startMariadb() },
  { flavour: 'mariadb-10.11', statements: 40, start: () => startMariadb({ version: '10.11' }) },
];

for (const { flavour, statements, start } of SERVERS) {
  needs('own').describe(`${flavour}: after a statement, our columns are those of INFORMATION_SCHEMA`, () => {
    let server: DatabaseServer;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server[Symbol.asyncDispose]());

    test('random ones', { timeout: 600_000 }, async () => {
      const random = new Random(seedOf(flavour));
      const count = Number(process.env.ROWTIDE_DDL ?? statements);
      expect(await compared(server, { flavour, random, statements: count })).toEqual([]);
    });

    test('character sets and collations, in any order', async () => {
      await using oracle = await Oracle.open(server);
      const wanted = await prepareCharsets(oracle);
      let ours = await oracle.state();
      const log = await loggedStatements(server);
      let done = 0;
      for (const sql of wanted) if ((await oracle.run(sql)) === null) done++;
      ours = await followed(ours, log);
      await log.close();
      const theirs = onlyCharsets(await oracle.state());
      expect(done).toBeGreaterThan(30);
      expect(differences(told(onlyCharsets(ours), theirs).state, theirs)).toEqual([]);
    });
  });
}
