import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed } from '../../../roundtrip/random.js';
import { type MysqlServer, startMysql } from '../../../servers/mysql.js';
import { needs } from '../../../servers/suite.js';
import { checkStates } from './states.js';

/** `npm run torture -- replica-parallel` runs 100,000. */
const LOAD = { transactions: 400, seed };
const QUICK = ['--binlog-row-metadata=FULL', '--sync-binlog=0', '--innodb-flush-log-at-trx-commit=0'];

needs('own').describe('several workers, with transactions that conflict', () => {
  let source: MysqlServer;
  let target: MysqlServer;

  beforeAll(async () => {
    [source, target] = await Promise.all([startMysql({ options: QUICK }), startMysql({ options: QUICK })]);
  });

  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()]);
  });

  test('show readers the states of the source in their order, and no others', async () => {
    const found = await checkStates({ source, target, options: { mode: 'binlog', workers: 4 }, ...LOAD });
    expect(found.wrong).toEqual([]);
    expect(found.seen).toBeGreaterThan(10);
    expect(found.target).toEqual(found.source);
  });

  test('end with what the source has when they commit in any order', async () => {
    const options = { mode: 'binlog', workers: 4, commitOrder: 'any' };
    const found = await checkStates({ source, target, options, ...LOAD });
    expect(found.target).toEqual(found.source);
  });

  // The last one: it leaves no GTIDs at the target.
  test('do so in mode sql', async () => {
    const found = await checkStates({ source, target, options: { mode: 'sql', workers: 4 }, ...LOAD });
    expect(found.wrong).toEqual([]);
    expect(found.seen).toBeGreaterThan(10);
    expect(found.target).toEqual(found.source);
  });
});
