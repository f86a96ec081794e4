import type { Clock } from '../../src/pipeline/clock.js';

export interface TestClock extends Clock {
  /** Lets everybody wake up who sleeps no longer than `ms` from now. */
  advance(ms: number): Promise<void>;
  readonly slept: readonly number[];
}

/** A clock that stands still until it is moved. */
export function testClock(): TestClock {
  let now = 0;
  const slept: number[] = [];
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      slept.push(ms);
      if (signal?.aborted || ms <= 0) return;
      const until = now + ms;
      await new Promise<void>((wake) => {
        sleepers.add({ until, wake });
        signal?.addEventListener('abort', () => wake(), { once: true });
      });
    },
    async advance(ms) {
      await settled();
      now += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settled();
    },
  };
}

/** Everything that can happen without waiting for time or input has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
