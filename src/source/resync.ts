import { RowtideError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import { withConnection } from '../mysql/connect.js';
import type { ServerAddress } from '../mysql/url.js';
import { measureBacklog, type Retention, retentionOf } from './backlog.js';
import { type Beginning, beginningOf } from './log-begins.js';
import { preflight } from './preflight.js';
import { serverLog } from './server.js';

/**
 * What a start means, as Redis answers PSYNC:
 *   begin    nothing was ever written: it begins where it was told to
 *   partial  it goes on from its position
 *   relay    it goes on from the relay, which has what the source has purged
 *   full     it cannot go on: what it needs is gone, or is of another history; the data have to be copied again
 */
export interface Resync {
  readonly verdict: 'begin' | 'partial' | 'relay' | 'full';
  readonly reason: string;
  /** What the source keeps; null where it has purged what is needed, or where there is no telling. */
  readonly retention: Retention | null;
  /** What to do; null where there is nothing to be done. */
  readonly hint: string | null;
}

export interface ResyncOptions {
  readonly address: ServerAddress;
  /** Where the pipeline reads through one: resolves if it has what comes behind a position, else throws by name. */
  readonly relayHas: ((position: Position, signal: AbortSignal) => Promise<void>) | null;
  readonly signal: AbortSignal;
}

/** Asks, and changes nothing. Throws where the server cannot be asked. */
export async function explainResync(position: Position, options: ResyncOptions): Promise<Resync> {
  const { address, relayHas, signal } = options;
  const { refusal, retention } = await withConnection(address, signal, async (connection) => {
    const refused = await refusalOf(() => preflight(connection, position, { executedWaitSeconds: 0 }));
    if (refused !== null) return { refusal: refused, retention: null };
    const log = serverLog({ address });
    const backlog = await measureBacklog(connection, log, signal);
    const kept = await retentionOf(
      position.log,
      backlog,
      remembered((file) => beginningOf(file, log, signal)),
    );
    // Of MySQL it is known already.
    const isGone = kept === null && position.log.kind === 'mariadb-gtid';
    return { refusal: isGone ? purged(backlog.files[0]?.name ?? '') : null, retention: kept };
  });
  if (refusal === null) {
    const reason = 'the source has all that comes next';
    return { verdict: 'partial', reason, retention, hint: null };
  }
  const relayed = relayHas === null ? refusal : await refusalOf(() => relayHas(position, signal));
  if (relayed === null && refusal.code === 'SOURCE_PURGED') {
    return {
      verdict: 'relay',
      reason: `the relay has what comes next; ${refusal.message}`,
      retention: null,
      hint: null,
    };
  }
  return { verdict: 'full', reason: refusal.message, retention: null, hint: refusal.hint ?? null };
}

/** Null: it was not refused. What is no judgement about the position is thrown. */
async function refusalOf(check: () => Promise<void>): Promise<RowtideError | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (isJudgement(error)) return error;
    throw error;
  }
}

const JUDGEMENTS: readonly string[] = ['SOURCE_PURGED', 'SOURCE_DIVERGED', 'SOURCE_FOREIGN', 'SOURCE_SETTINGS'];

/** Whether an error says of a position that nobody can go on from it. */
export function isJudgement(error: unknown): error is RowtideError {
  return error instanceof RowtideError && JUDGEMENTS.includes(error.code);
}

/** MariaDB itself says this when it is asked for the log, and not before. */
function purged(first: string): RowtideError {
  return new RowtideError('SOURCE_PURGED', `the log of the source begins with ${first}, which is behind the position`, {
    hint: 'What came between is lost to this stream. Copy the tables again, then start from now.',
  });
}

function remembered(begin: (file: string) => Promise<Beginning>): (file: string) => Promise<Beginning> {
  const known = new Map<string, Promise<Beginning>>();
  return (file) => {
    const found = known.get(file) ?? begin(file);
    known.set(file, found);
    return found;
  };
}
