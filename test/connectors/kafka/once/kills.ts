import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What a life is for, and where it ends. */
export interface Order {
  readonly options: object;
  readonly pipeline: string;
  readonly last: number;
  readonly die?: Death | undefined;
}

/** The n-th time that a request is about to be made, is on its way, or was answered. */
export interface Death {
  readonly api: string;
  readonly when: 'before' | 'sent' | 'answered';
  readonly count: number;
}

/** Each request of a transaction, and of an opening, and what may be between them. */
export const DEATHS: readonly Omit<Death, 'count'>[] = [
  'EndTxn',
  'Produce',
  'InitProducerId',
  'AddPartitionsToTxn',
  'Fetch',
  'ListOffsets',
  'FindCoordinator',
].flatMap((api) => (['sent', 'answered', 'before'] as const).map((when) => ({ api, when })));

const TRANSACTIONS = 8;

export interface Kills {
  readonly order: Pick<Order, 'options' | 'pipeline'>;
  readonly kills: number;
  /** How many others did before. */
  readonly first: number;
}

/** Each life goes on where the one before died. Resolves to how many were killed, and the last batch that any was to write. */
export async function killAgainAndAgain({ order, kills, first }: Kills): Promise<{ killed: number; last: number }> {
  let last = 0;
  let killed = 0;
  for (let i = first; i < first + kills; i++) {
    last += TRANSACTIONS;
    const death = DEATHS[i % DEATHS.length]!;
    const often = death.api === 'Produce' || death.api === 'EndTxn';
    const end = await live({ ...order, last, die: { ...death, count: often ? 1 + (i % TRANSACTIONS) : 1 } });
    if (end === 'SIGKILL') killed++;
  }
  return { killed, last };
}

const SUBJECT = join(import.meta.dirname, 'subject.ts');

/** Resolves to how it ended: an exit code or a signal. Throws what it said if it failed. */
export async function live(order: Order): Promise<number | NodeJS.Signals> {
  const args = ['--import', import.meta.resolve('tsx'), SUBJECT, JSON.stringify(order)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const end = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code ?? 1));
  });
  if (end !== 0 && end !== 'SIGKILL') throw new Error(`a life ended with ${end}; it said:\n${said}`);
  return end;
}
