import { constants } from 'node:os';
import type { Log } from '../core/log.js';

export interface DrainOptions {
  /** How long what runs may take to end after the first signal. */
  readonly timeoutMs: number;
  readonly log: Log;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs `work` until it ends. The first SIGTERM or SIGINT aborts its signal, so that it drains; when that takes too long,
 * or at the second signal, the process ends at once with 128 + the signal's number.
 */
export async function runUntilSignalled<T>(
  { timeoutMs, log }: DrainOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    const exit = (): never => process.exit(128 + constants.signals[name]);
    if (stopping.signal.aborted) exit();
    log.info({ signal: name, timeoutMs }, 'stopping: what was read is written first');
    timer = setTimeout(() => {
      log.error({ signal: name, timeoutMs }, 'the drain took too long: ending now, what was not written comes again');
      exit();
    }, timeoutMs);
    stopping.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(stopping.signal);
  } finally {
    clearTimeout(timer);
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
