import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../src/core/transaction.js';
import { Delay, delayed } from '../../src/pipeline/delayed.js';
import { ReleaseClock } from '../../src/pipeline/release-clock.js';
import { endless, finite, fromGtids, transaction, UUID } from '../transform/stream.js';
import { settled, type TestClock, testClock } from './clock.js';

const HOUR_MS = 3_600_000;
/** When the tests begin, by every clock. */
const NOW_MS = Date.UTC(2026, 10, 21, 12);

interface Scene {
  readonly clock: TestClock;
  readonly release: ReleaseClock;
  readonly delay: Delay;
  readonly steps: number[];
  /** Sets our wall clock forward or back. */
  readonly step: (ms: number) => void;
  /** Numbers of the transactions that were released. */
  readonly released: number[];
  /** Lets time go by, second by second, as the wait looks at it. */
  readonly pass: (ms: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Numbered transactions that were committed so many milliseconds after the begin. */
function scene(delayMs: number, commitsMs: readonly number[], facts: Partial<Transaction> = DATED): Scene {
  const clock = testClock();
  let steppedMs = 0;
  const steps: number[] = [];
  const release = new ReleaseClock({
    clock,
    wallMs: () => NOW_MS + clock.now() + steppedMs,
    onStep: (ms) => steps.push(ms),
  });
  const delay = new Delay(delayMs, release);
  const stopping = new AbortController();
  const released: number[] = [];
  const log = commitsMs.map((ms, i) => transaction(i + 2, { committedAtUs: (NOW_MS + ms) * 1000, ...facts }));
  const reading = (async () => {
    for await (const { span } of delayed(endless(log), delay).read(fromGtids(`${UUID}:1`), stopping.signal)) {
      released.push(span.start / 100);
    }
  })();
  return {
    clock,
    release,
    delay,
    steps,
    released,
    step(ms) {
      steppedMs += ms;
    },
    async pass(ms) {
      await settled();
      for (let left = ms; left > 0; left -= 1000) await clock.advance(Math.min(1000, left));
    },
    async stop() {
      stopping.abort();
      await reading;
    },
  };
}

/** The log has the time of the commit. */
const DATED = { origin: { committedAtUs: 1, serverVersion: 90_700 } };

describe('a delayed source', () => {
  test('releases each transaction its delay behind its commit, rounded up to a second as the server does', async () => {
    const { pass, released, stop } = scene(10_000, [1, 1500, 2000]);
    await pass(10_999);
    expect(released).toEqual([]);
    await pass(1);
    expect(released).toEqual([2]);
    await pass(1000);
    expect(released).toEqual([2, 3, 4]);
    await stop();
  });

  test('releases at once what is old enough, and tells what waits', async () => {
    const { delay, pass, released, stop } = scene(10_000, [-20_000, -10_000, 0]);
    await pass(0);
    expect(released).toEqual([2, 3]);
    expect(delay.waiting?.span.start).toBe(400);
    await pass(10_000);
    expect(delay.waiting).toBeNull();
    await stop();
  });

  test('opens no more than the transaction that is next', async () => {
    let open = 0;
    const log = [2, 3, 4].map((n) => {
      const each = transaction(n, { committedAtUs: NOW_MS * 1000 });
      return { ...each, release: () => open-- };
    });
    const source = finite(log);
    const counted = {
      ...source,
      async *read() {
        for (const each of log) {
          open++;
          yield each as Transaction;
        }
      },
    };
    const clock = testClock();
    const release = new ReleaseClock({ clock, wallMs: () => NOW_MS + clock.now() });
    const stopping = new AbortController();
    const reading = delayed(counted, new Delay(HOUR_MS, release))
      .read(fromGtids(`${UUID}:1`), stopping.signal)
      [Symbol.asyncIterator]()
      .next();
    await settled();
    expect(open).toBe(1);
    stopping.abort();
    expect((await reading).done).toBe(true);
    expect(open).toBe(0);
  });

  test('gives what waits another delay while it waits', async () => {
    const { delay, pass, released, stop } = scene(HOUR_MS, [0, 1000, 60_000]);
    await pass(5000);
    expect(released).toEqual([]);
    delay.ms = 5000;
    await pass(0);
    expect(released).toEqual([2]);
    await pass(1000);
    expect(released).toEqual([2, 3]);
    delay.ms = HOUR_MS;
    await pass(HOUR_MS - 10_000);
    expect(released).toEqual([2, 3]);
    await pass(70_000);
    expect(released).toEqual([2, 3, 4]);
    await stop();
  });

  test('without the time of the commit goes by the header, and by the source’s clock, as the server adds the difference', async () => {
    const ahead = scene(10_000, [60_000], { origin: undefined });
    ahead.release.measured({ sourceMs: NOW_MS + 60_000, atMs: 0 });
    await ahead.pass(9_000);
    expect(ahead.released).toEqual([]);
    await ahead.pass(1_000);
    expect(ahead.released).toEqual([2]);
    await ahead.stop();
  });
});

describe('a clock that jumps', () => {
  test('an hour back while the source can be asked: everything keeps its time by the source’s clock', async () => {
    const { clock, release, pass, released, step, steps, stop } = scene(10_000, [0, 5000]);
    release.measured({ sourceMs: NOW_MS, atMs: clock.now() });
    await pass(4000);
    step(-HOUR_MS);
    await pass(5000);
    expect([released, steps]).toEqual([[], [-HOUR_MS]]);
    await pass(1000);
    expect(released).toEqual([2]);
    expect(release.sourceAheadMs).toBe(HOUR_MS);
    await pass(5000);
    expect(released).toEqual([2, 3]);
    await stop();
  });

  test('an hour back and nobody to ask: nothing is released early, and all of it when the clock is set right', async () => {
    const { pass, released, step, stop } = scene(10_000, [0]);
    await pass(4000);
    step(-HOUR_MS);
    await pass(60_000);
    expect(released).toEqual([]);
    step(HOUR_MS);
    await pass(1000);
    expect(released).toEqual([2]);
    await stop();
  });

  test('an hour back for good and nobody to ask: it waits an hour more, and no longer', async () => {
    const { pass, released, step, stop } = scene(10_000, [0]);
    step(-HOUR_MS);
    await pass(HOUR_MS + 9_000);
    expect(released).toEqual([]);
    await pass(1000);
    expect(released).toEqual([2]);
    await stop();
  });

  test('an hour forward while the source can be asked releases nothing an hour early', async () => {
    const { clock, release, pass, released, step, stop } = scene(HOUR_MS, [0]);
    release.measured({ sourceMs: NOW_MS, atMs: clock.now() });
    await pass(1000);
    step(HOUR_MS);
    await pass(60_000);
    expect(released).toEqual([]);
    await pass(HOUR_MS - 61_000);
    expect(released).toEqual([2]);
    await stop();
  });

  test('is believed again when it agrees with the source', async () => {
    const { clock, release, pass, step, stop } = scene(10_000, []);
    step(-HOUR_MS);
    await pass(1000);
    expect(release.hasStepped).toBe(true);
    step(HOUR_MS);
    release.measured({ sourceMs: NOW_MS + clock.now(), atMs: clock.now() });
    expect(release.hasStepped).toBe(false);
    await stop();
  });
});
