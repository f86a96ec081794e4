/** Everything that a server logs, replayed on an empty one: the same tables and transaction ids. ROWTIDE_SEED=… repeats a run. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { statements } from '../../inspect/statements.js';
import { scaled, seedOf } from '../../roundtrip/random.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { connected, contents, execute, executed, replicate } from './replicating.js';

const VERSIONS: readonly MysqlVersion[] = ['9.7', '8.0'];

/** Statements that a row replica does not take, and a key that ANSI mode’s own log loses together with a table’s options. */
const LEFT_OUT = /binlog_format = '(STATEMENT|MIXED)'|generate_invisible_primary_key = 1/;

needs('own').describe('a random workload, replayed on an empty MySQL 9.7', () => {
  let target: MysqlServer;

  beforeAll(async () => {
    target = await startMysql();
  });

  afterAll(() => target?.remove());

  for (const version of VERSIONS) {
    it(`from MySQL ${version}`, async () => {
      await using source = await startMysql({ version });
      const accepted = await work(source, `${version} ${seedOf(`replayed ${version}`)}`);
      expect(accepted).toBeGreaterThan(200);
      await execute(target, ...['shop', 'we``ird', 'größe'].map((name) => `DROP DATABASE IF EXISTS \`${name}\``));
      await execute(target, 'RESET BINARY LOGS AND GTIDS');
      expect(await replicate({ source, target })).toBe('ended');
      const expected = await contents(source);
      expect(Object.keys(expected).length).toBeGreaterThan(10);
      expect(await contents(target)).toEqual(expected);
      expect(await executed(target)).toBe(await executed(source));
    });
  }
});

/** Returns how many statements the server took: some of them are refused. */
async function work(source: MysqlServer, seed: string): Promise<number> {
  const connection = await connected(source);
  const major = Number(source.version.split('.')[0]);
  let accepted = 0;
  for (const sql of statements({ seed, flavour: 'mysql', major, count: scaled(400) })) {
    if (LEFT_OUT.test(sql)) continue;
    accepted += await connection.query(sql).then(
      () => 1,
      () => 0,
    );
  }
  await connection.end();
  return accepted;
}
