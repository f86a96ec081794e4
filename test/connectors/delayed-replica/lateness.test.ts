import { expect, it } from 'vitest';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { Random } from '../../torture/random.js';
import { measureLateness } from './lateness.js';

/** The begin of `npm run torture -- delay`, which looks at how late they are, too: a busy machine is late. */
needs('own').describe('a delayed replica', () => {
  it('commits none of many transactions with random pauses before its time', async () => {
    const options = ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];
    await using source = await startMysql({ options });
    await using target = await startMysql({ options });
    const random = new Random('lateness', 1);
    const found = await measureLateness({ source, target, transactions: 100, delayMs: 1000, random });
    expect(found).toMatchObject({ transactions: 100, early: 0 });
  });
});
