/** A target that is killed may have done a statement and not logged it; it does so when it starts again, as its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type MariadbServer, startMariadb } from '../../servers/mariadb.js';
import { needs } from '../../servers/suite.js';
import { connected, contents, replicate, select, start } from './replicating.js';

needs('own').test('a statement that the target has done and logged as its own is not done again', async () => {
  await using source = await startMariadb();
  await using target = await startMariadb();
  const from = await connected(source);
  await from.query('CREATE DATABASE shop');
  await from.query('CREATE TABLE shop.items (id INT PRIMARY KEY)');
  await from.query('INSERT INTO shop.items VALUES (1)');
  expect(await replicate({ source, target, from: { kind: 'beginning' } })).toBe('ended');

  const altered = 'ALTER TABLE shop.items ADD COLUMN price INT';
  await from.query(altered);
  await killedInAlter({ source, target });
  // As its recovery does where it was killed between the two: in front of all else in a new file.
  const recovering = await connected(target);
  await recovering.query('FLUSH BINARY LOGS');
  await recovering.query(`${altered}\n`);
  await recovering.end();

  await from.query('ALTER TABLE shop.items ADD COLUMN weight INT');
  await killedInAlter({ source, target });
  await from.query('INSERT INTO shop.items VALUES (2, 3, 4)');
  expect(await replicate({ source, target })).toBe('ended');
  expect(await contents(target)).toEqual(await contents(source));
  await from.end();
});

const ALTERING = "SELECT COUNT(*) FROM INFORMATION_SCHEMA.PROCESSLIST WHERE INFO LIKE 'ALTER TABLE shop%'";

/** The target is killed before it does what it was told to. */
async function killedInAlter({ source, target }: { source: MariadbServer; target: MariadbServer }): Promise<void> {
  const holding = await connected(target);
  holding.on('error', () => undefined);
  await holding.query('LOCK TABLES shop.items READ');
  {
    await using _ = start({ source, target });
    while (Number((await select(target, ALTERING))[0]?.[0]) === 0) await sleep(20);
    await target.kill();
  }
  await target.launch();
}
