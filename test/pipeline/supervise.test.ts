import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { PipelineControl } from '../../src/pipeline/control.js';
import type { PipelineEnd } from '../../src/pipeline/run.js';
import { type SuperviseOptions, supervise } from '../../src/pipeline/supervise.js';
import { quietLog } from '../checkpoint/quiet.js';
import { settled, testClock } from './clock.js';

const cut = () => new RowtideError('SOURCE_UNREACHABLE', 'cut', { retryable: true });

/** Attempts end as told, one after the other; the last one ends the log. */
function supervised(
  attempts: ((signal: AbortSignal) => PipelineEnd | Promise<PipelineEnd>)[],
  options: Partial<SuperviseOptions> = {},
) {
  const control = new PipelineControl();
  const stop = new AbortController();
  const clock = testClock();
  const log = quietLog();
  let made = 0;
  const attempt = async (signal: AbortSignal) => (attempts[made++] ?? (() => 'ended' as const))(signal);
  const running = supervise({
    name: 'shop',
    attempt,
    control,
    signal: stop.signal,
    log,
    clock,
    random: () => 1,
    ...options,
  });
  running.catch(() => undefined);
  return { control, stop, clock, log, running, made: () => made };
}

const fails = (error: unknown) => (): never => {
  throw error;
};

/** Runs until it is stopped, as a pipeline does. */
const runs = async (signal: AbortSignal): Promise<PipelineEnd> => {
  if (!signal.aborted) await once(signal, 'abort');
  return 'stopped';
};

describe('an attempt', () => {
  test('that ends well is the last one', async () => {
    const { control, running } = supervised([() => 'ended']);
    expect(await running).toBe('ended');
    expect(control.stats).toMatchObject({ state: 'stopped', retries: 0 });
  });

  test('that fails for good is the last one', async () => {
    const error = new RowtideError('SOURCE_PURGED', 'gone');
    const { control, running } = supervised([fails(error)]);
    await expect(running).rejects.toBe(error);
    expect(control.stats).toMatchObject({ state: 'failed', error: 'gone', retries: 0 });
  });

  test('that fails by a mistake in the program is the last one', async () => {
    const { running } = supervised([fails(new TypeError('x is not a function'))]);
    await expect(running).rejects.toThrow(TypeError);
  });

  test('that may succeed another time is made again, after a wait', async () => {
    const { control, clock, log, running, made } = supervised([fails(cut())]);
    await settled();
    expect(control.stats).toMatchObject({ state: 'retrying', error: 'cut', retries: 1 });
    expect(log.heard).toMatchObject([{ level: 'warn', facts: { pipeline: 'shop', failures: 1, delayMs: 500 } }]);
    expect(made()).toBe(1);
    await clock.advance(500);
    expect(await running).toBe('ended');
    expect(made()).toBe(2);
  });
});

describe('waits', () => {
  test('double up to their bound', async () => {
    const { clock } = supervised(Array.from({ length: 9 }, () => fails(cut())));
    for (let i = 0; i < 9; i++) await clock.advance(30_000);
    expect(clock.slept).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('are a random part of that, so that pipelines do not come back together', async () => {
    const { clock } = supervised([fails(cut()), fails(cut())], { random: () => 0.25 });
    for (let i = 0; i < 2; i++) await clock.advance(30_000);
    expect(clock.slept).toEqual([125, 250]);
  });

  test('begin again after progress', async () => {
    const { clock, control } = supervised([
      fails(cut()),
      fails(cut()),
      () => {
        control.stats.transactions++;
        throw cut();
      },
      fails(cut()),
    ]);
    for (let i = 0; i < 4; i++) await clock.advance(30_000);
    expect(clock.slept).toEqual([500, 1000, 500, 1000]);
  });

  test('begin again after a long time in which there was nothing to write', async () => {
    const { clock } = supervised([
      fails(cut()),
      async () => {
        await clock.advance(30_001);
        throw cut();
      },
    ]);
    await clock.advance(500);
    await clock.advance(0);
    expect(clock.slept).toEqual([500, 500]);
  });

  test('are cut short by a stop', async () => {
    const { stop, running } = supervised([fails(cut())]);
    await settled();
    stop.abort();
    expect(await running).toBe('stopped');
  });

  test('come to an end with the attempts that are allowed', async () => {
    const { clock, running } = supervised([fails(cut()), fails(cut()), fails(cut())], { retry: { attemptsMax: 2 } });
    await clock.advance(500);
    await expect(running).rejects.toThrow('cut');
    expect(clock.slept).toEqual([500]);
  });
});

describe('a pause', () => {
  test('ends the attempt, and the next one is made when it is over', async () => {
    const { control, running, made } = supervised([runs]);
    await settled();
    control.pause();
    await settled();
    expect(control.stats.state).toBe('paused');
    expect(made()).toBe(1);
    control.resume();
    expect(await running).toBe('ended');
    expect(made()).toBe(2);
  });

  test('before the first attempt holds it back', async () => {
    const control = new PipelineControl();
    control.pause();
    const { made, running } = supervised([], { control });
    await settled();
    expect(made()).toBe(0);
    control.resume();
    expect(await running).toBe('ended');
  });

  test('ends a wait, and failures count on behind it', async () => {
    const { control, made } = supervised([fails(cut())]);
    await settled();
    control.pause();
    await settled();
    expect(control.stats.state).toBe('paused');
    expect(made()).toBe(1);
  });

  test('can be stopped', async () => {
    const { control, stop, running } = supervised([runs]);
    control.pause();
    await settled();
    stop.abort();
    expect(await running).toBe('stopped');
    expect(control.stats.state).toBe('stopped');
  });

  test('is over once, however often it is asked for', async () => {
    const { control, made } = supervised([runs, runs]);
    control.resume();
    control.pause();
    control.pause();
    await settled();
    control.resume();
    control.resume();
    await settled();
    expect(made()).toBe(2);
  });
});
