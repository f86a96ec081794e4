import { constants } from 'node:os';
import type { Log } from '../core/log.js';

export interface DrainOptions {
  /** How long what runs may take to end after the first signal. */
  readonly timeoutMs: number;
  readonly log: Log;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What is late gets this long to let go of its connections. */
const LETTING_GO_MS = 2000;

/**
 * Runs `work` until it ends. The first SIGTERM or SIGINT aborts its signal, so that it drains. When that takes longer
 * than it may, or at the second signal, the process ends with 128 + the signal's number.
 */
export async function runUntilSignalled<T>(
  { timeoutMs, log }: DrainOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stopping = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let late: (() => never) | undefined;
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    const exit = (): never => process.exit(128 + constants.signals[name]);
    if (stopping.signal.aborted) exit();
    log.info({ signal: name, timeoutMs }, 'stopping: what was read is written first');
    const onTimeout = (): void => {
      late = exit;
      log.error({ signal: name, timeoutMs }, 'the drain took too long: what was not written comes again');
    };
    timers.push(setTimeout(onTimeout, timeoutMs), setTimeout(exit, timeoutMs + LETTING_GO_MS));
    stopping.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(stopping.signal);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const name of SIGNALS) process.off(name, onSignal);
    late?.();
  }
}
