/** Everything that a MariaDB logs, replayed on an empty one: the same tables and transaction ids. ROWTIDE_SEED=… repeats a run. */
import { expect } from 'vitest';
import { statements } from '../../inspect/statements.js';
import { scaled, seedOf } from '../../roundtrip/random.js';
import { type MariadbServer, startMariadb } from '../../servers/mariadb.js';
import { needs } from '../../servers/suite.js';
import { connected, contents, replicate, select } from './replicating.js';

/** Statements that a row replica does not take, and tables made of a SELECT, which MariaDB logs as two things in one. */
const LEFT_OUT = /binlog_format = '(STATEMENT|MIXED)'|^create .* (select|as select) /i;

needs('own').test('a random workload of MariaDB 11.8, replayed in two goes on an empty one', async () => {
  await using source = await startMariadb({ options: ['--log-bin-compress=ON', '--log-bin-compress-min-len=10'] });
  await using target = await startMariadb();
  const seed = `${seedOf('replayed MariaDB')}`;
  for (const part of ['first', 'second']) {
    expect(await work(source, `${seed} ${part}`)).toBeGreaterThan(50);
    expect(await replicate({ source, target, from: { kind: 'beginning' } })).toBe('ended');
    const expected = await contents(source);
    expect(Object.keys(expected).length).toBeGreaterThan(5);
    expect(await contents(target)).toEqual(expected);
    expect(await logged(target)).toBe(await logged(source));
  }
});

/** Returns how many statements the server took: some of them are refused. */
async function work(source: MariadbServer, seed: string): Promise<number> {
  const connection = await connected(source);
  let accepted = 0;
  for (const sql of statements({ seed, flavour: 'mariadb', major: 11, count: scaled(200) })) {
    if (LEFT_OUT.test(sql)) continue;
    accepted += await connection.query(sql).then(
      () => 1,
      () => 0,
    );
  }
  await connection.end();
  return accepted;
}

async function logged(server: MariadbServer): Promise<string> {
  const [[position] = []] = await select(server, 'SELECT @@GLOBAL.gtid_binlog_pos');
  return String(position);
}
