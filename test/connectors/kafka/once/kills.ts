import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compiled } from '../../../compiled.js';
import { Random } from '../../../torture/random.js';
import type { Delivery, Pipeline } from './scene.js';

/** What a life is for, and where it ends. */
export interface Order {
  readonly pipeline: Pipeline;
  readonly last: number;
  readonly die?: Death | undefined;
}

/** The n-th time that a request is about to be made, is on its way, or was answered. */
export interface Death {
  readonly api: string;
  readonly when: 'before' | 'sent' | 'answered';
  readonly count: number;
}

/** Each request of a transaction, and of an opening. */
const REQUESTS: Readonly<Record<Delivery, readonly string[]>> = {
  'exactly-once': [
    'EndTxn',
    'Produce',
    'InitProducerId',
    'AddPartitionsToTxn',
    'Fetch',
    'ListOffsets',
    'FindCoordinator',
  ],
  'at-least-once': ['Produce', 'InitProducerId', 'Metadata'],
};

/** How often a life makes it, at least: those of an opening are made once. */
const TRANSACTIONS = 8;

function deathOf(delivery: Delivery, n: number): Death {
  const deaths = REQUESTS[delivery].flatMap((api) =>
    (['sent', 'answered', 'before'] as const).map((when) => ({ api, when })),
  );
  const death = deaths[n % deaths.length]!;
  const isFrequent = death.api === 'Produce' || death.api === 'EndTxn';
  return { ...death, count: isFrequent ? 1 + (n % TRANSACTIONS) : 1 };
}

export interface Kills {
  readonly pipeline: Pipeline;
  readonly kills: number;
  /** How many others did before. */
  readonly first: number;
  readonly seed: number;
}

/** No life gets this far before it is killed. */
const ENDLESS = 10_000;
const RANDOM_MS_MAX = 400;

/**
 * Each life goes on where the one before died: two of three in, before or behind a request, the third at any moment.
 * Resolves to how many were killed, and the last batch that any had begun or was to write.
 */
export async function killAgainAndAgain(task: Kills): Promise<{ killed: number; last: number }> {
  const { pipeline, kills, first, seed } = task;
  let last = 0;
  let killed = 0;
  for (let i = first; i < first + kills; i++) {
    const isAimed = i % 3 !== 2;
    const order = isAimed
      ? { pipeline, last: last + TRANSACTIONS, die: deathOf(pipeline.delivery, i - Math.trunc(i / 3)) }
      : { pipeline, last: last + ENDLESS };
    const life = await live(order, isAimed ? undefined : new Random(seed, 'kill', i).between(0, RANDOM_MS_MAX));
    if (life.end === 'SIGKILL') killed++;
    last = Math.max(last, isAimed ? order.last : life.begun);
  }
  return { killed, last };
}

const SUBJECT = join(import.meta.dirname, 'subject.ts');

export interface Life {
  /** An exit code or a signal. */
  readonly end: number | NodeJS.Signals;
  /** The last batch that it began to write; 0: none. */
  readonly begun: number;
}

/** Kills it so long after it began to write, if it lives so long. Throws what it said if it failed. */
export async function live(order: Order, killAfterMs?: number): Promise<Life> {
  const child = spawn(process.execPath, [await compiled(SUBJECT), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    begun = Number(line);
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  const end = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1));
  });
  clearTimeout(timer);
  if (end !== 0 && end !== 'SIGKILL') throw new Error(`a life ended with ${end}; it said:\n${said}`);
  return { end, begun };
}
