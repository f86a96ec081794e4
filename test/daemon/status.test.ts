import { describe, expect, test } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { SinkStats } from '../../src/core/sink-stats.js';
import { type LagFacts, lagMs, lagsOf } from '../../src/daemon/lags.js';
import { workerStatus } from '../../src/daemon/status.js';
import { PipelineControl, type PipelineStats } from '../../src/pipeline/control.js';
import { gtid, transaction, UUID } from '../transform/stream.js';

describe('the lag of a pipeline', () => {
  const NOW_MS = 100_000;
  const lag = (facts: Partial<PipelineStats>): number | null =>
    lagMs({ ...new PipelineControl().stats, state: 'streaming', ...facts }, NOW_MS);

  test('is the age of the oldest commit that is being written', () => {
    expect(lag({ writingUs: 97_500_000, readUs: 99_999_000, readAtMs: NOW_MS })).toBe(2500);
  });

  test('is that of what comes in, while it comes: a reader that is behind has nothing to write now and then', () => {
    expect(lag({ readUs: 40_000_000, readAtMs: NOW_MS - 300 })).toBe(59_700);
  });

  test('is zero at the end of the log, before the first transaction, and where clocks disagree', () => {
    expect(lag({ readUs: 40_000_000, readAtMs: NOW_MS - 1500 })).toBe(0);
    expect(lag({})).toBe(0);
    expect(lag({ writingUs: 100_200_000 })).toBe(0);
  });

  test('is not known of one that does not stream', () => {
    for (const state of ['starting', 'paused', 'retrying', 'stopped', 'failed'] as const) {
      expect(lag({ state, readUs: 1, readAtMs: NOW_MS })).toBeNull();
    }
  });
});

describe('the other lags of a pipeline', () => {
  const NOW_MS = 100_000;
  const lags = (facts: Partial<PipelineStats>, more: Partial<LagFacts> = {}) =>
    lagsOf(
      { ...new PipelineControl().stats, state: 'streaming', ...facts },
      { nowMs: NOW_MS, heartbeat: null, durableUs: null, ...more },
    );

  test('are not known, and not zero, while nothing comes and there are no heartbeats', () => {
    expect(lags({})).toEqual({ sourceLagMs: null, receiveLagMs: null, lagMs: 0 });
    const idle = { readUs: 40_000_000, readAtMs: NOW_MS - 1500 };
    expect(lags(idle)).toEqual({ sourceLagMs: null, receiveLagMs: null, lagMs: 0 });
    expect(lags({ ...idle, readAtMs: NOW_MS - 500 })).toMatchObject({ receiveLagMs: 59_500 });
  });

  test('are known with heartbeats: that of the source goes on growing while none comes', () => {
    const heartbeat = { intervalMs: 5000 };
    expect(lags({}, { heartbeat })).toMatchObject({ sourceLagMs: null });
    expect(lags({}, { heartbeat, durableUs: 97_000_000 })).toMatchObject({ sourceLagMs: 3000 });
    expect(lags({ state: 'paused' }, { heartbeat, durableUs: 40_000_000 })).toMatchObject({ sourceLagMs: 60_000 });
    const between = { readUs: 92_000_000, readAtMs: 92_100 };
    expect(lags(between, { heartbeat })).toMatchObject({ receiveLagMs: 100 });
  });
});

describe('what a sink says of itself', () => {
  test('is counted by name, in the order in which it was first counted', () => {
    const stats = new SinkStats();
    stats.count('rows', 5);
    stats.count('conflicts');
    stats.count('rows');
    expect(Object.entries(stats.counters)).toEqual([
      ['rows', 6],
      ['conflicts', 1],
    ]);
  });

  test('tells of each worker what it is at', () => {
    const stats = new SinkStats();
    const second = stats.worker(1);
    second.doing = 'applying';
    second.transaction = transaction(7);
    second.count('rows', 3);
    expect(stats.worker(1)).toBe(second);
    expect(stats.workers.map(workerStatus)).toEqual([
      { doing: 'idle', transaction: null, counters: {} },
      { doing: 'applying', transaction: `${UUID}:${gtid(7).sequence}`, counters: { rows: 3 } },
    ]);
    second.transaction = transaction(7, { gtid: null });
    expect(workerStatus(second).transaction).toBe('binlog.000001:700');
  });
});

test('an error is kept with its code and what to do, until it is over', () => {
  const control = new PipelineControl();
  control.note({ error: new RowtideError('SINK_REFUSED', 'a row is missing', { hint: 'Put it back.' }) });
  expect(control.stats).toMatchObject({
    error: 'a row is missing',
    errorCode: 'SINK_REFUSED',
    errorHint: 'Put it back.',
  });
  control.note({ error: new TypeError('x is not a function') });
  expect(control.stats).toMatchObject({
    error: 'x is not a function',
    errorCode: undefined,
    errorHint: undefined,
  });
  control.note(null);
  expect(control.stats).toMatchObject({ error: undefined });
});
