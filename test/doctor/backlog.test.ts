import { expect, test } from 'vitest';
import type { BacklogFacts, Facts, Finding } from '../../src/doctor/finding.js';
import { POSITION_CHECKS } from '../../src/doctor/position.js';

const HOUR = 3600;
const MIB = 2 ** 20;

/** 1 MiB a second over two hours, unless said otherwise. */
function judged(variables: Record<string, string>, facts: Partial<BacklogFacts> | null = {}): Finding | null {
  const backlog = facts && { bytesPerSecond: MIB, measuredSeconds: 2 * HOUR, loggedBytes: 2 * HOUR * MIB, ...facts };
  const check = POSITION_CHECKS.find(({ name }) => name === 'backlog');
  return check!.check({ variables: new Map(Object.entries(variables)), backlog } as unknown as Facts);
}

test('the backlog is sized by what is written: which outage a reader survives, and what room that takes', () => {
  expect(judged({ binlog_expire_logs_seconds: String(48 * HOUR) })).toEqual({
    status: 'ok',
    message:
      '3.5 GiB an hour over the last 2 hours, 7.0 GiB in all; readers survive an outage of 2 days, for which the disk needs 253.1 GiB',
  });
});

test('a log that is kept by size lasts for two thirds of what it would at the rate so far', () => {
  const limited = judged({ max_binlog_total_size: String(3 * HOUR * MIB), binlog_expire_logs_seconds: '0' });
  expect(limited).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('readers survive an outage of 2 hours, for which the disk needs 10.5 GiB'),
    fix: { note: expect.stringContaining('A day takes 126.6 GiB') },
  });
});

test('nothing is said of a log that may not be looked at, and no rate of one that is too young', () => {
  expect(judged({}, null)).toBeNull();
  expect(judged({}, { bytesPerSecond: null })).toMatchObject({
    status: 'ok',
    message: expect.stringContaining('too little'),
  });
  expect(judged({})).toMatchObject({ status: 'ok', message: expect.stringContaining('any outage') });
});
