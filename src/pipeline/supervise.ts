import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { type Clock, systemClock } from './clock.js';
import type { PipelineControl } from './control.js';
import type { PipelineEnd } from './run.js';

export interface RetryOptions {
  /** Upper bound of the first wait; it doubles from failure to failure. Default 500. */
  readonly delayMsFirst?: number;
  /** Default 30 000. */
  readonly delayMsMax?: number;
  /** Attempts in a row that may fail without any progress. Default: no bound, a sink may be down for hours. */
  readonly attemptsMax?: number;
}

export interface SuperviseOptions {
  readonly name: string;
  /** Makes a new source and a new sink, and runs them until `signal` aborts. */
  attempt(signal: AbortSignal): Promise<PipelineEnd>;
  readonly control: PipelineControl;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly retry?: RetryOptions;
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Keeps a pipeline going: the only place where anything is tried again. Errors that say `retryable` are, after a random
 * part of a wait that doubles up to a bound, so that many pipelines do not come back at the same moment; every other
 * error ends the pipeline. Paused, it waits without a source and without a sink.
 */
export async function supervise(options: SuperviseOptions): Promise<PipelineEnd> {
  const { control, signal, clock = systemClock } = options;
  let failures = 0;
  for (;;) {
    await control.resumed(signal);
    if (signal.aborted) return stopped(control, 'stopped');
    const until = AbortSignal.any([signal, control.pausing]);
    const progress = progressOf(options);
    try {
      const end = await options.attempt(until);
      if (end === 'ended' || signal.aborted) return stopped(control, end);
    } catch (error) {
      failures = progress.made() ? 1 : failures + 1;
      const delayMs = delayOrFail(options, error, failures);
      await clock.sleep(delayMs, until);
    }
  }
}

function stopped({ stats }: PipelineControl, end: PipelineEnd): PipelineEnd {
  stats.state = 'stopped';
  return end;
}

/** Something was written, or nothing was there to write for longer than we would ever wait. */
function progressOf({ control, retry, clock = systemClock }: SuperviseOptions): { made(): boolean } {
  const { transactions } = control.stats;
  const startedAt = clock.now();
  return { made: () => control.stats.transactions > transactions || clock.now() - startedAt > delayMsMax(retry) };
}

function delayOrFail(options: SuperviseOptions, error: unknown, failures: number): number {
  const { name, control, signal, log, retry, random = Math.random } = options;
  control.note({ error });
  const again = error instanceof RowtideError && error.retryable && failures < (retry?.attemptsMax ?? Infinity);
  if (signal.aborted || !again) {
    control.stats.state = 'failed';
    throw error;
  }
  const delayMs = Math.round(
    random() * Math.min(delayMsMax(retry), (retry?.delayMsFirst ?? 500) * 2 ** (failures - 1)),
  );
  control.stats.state = 'retrying';
  control.stats.retries += 1;
  log.warn({ pipeline: name, error, failures, delayMs }, 'trying again');
  return delayMs;
}

function delayMsMax(retry: RetryOptions | undefined): number {
  return retry?.delayMsMax ?? 30_000;
}
