import { setTimeout as sleep } from 'node:timers/promises';
import { type ResumableSink, RowtideError } from 'rowtide';
import type { Random } from '../../../torture/random.js';
import { deliver } from './numbers.js';
import type { Scene } from './scene.js';

const HOLD_MS_MAX = 300;

export interface Rivalry {
  /** How often another instance takes over from one that writes. */
  readonly takeovers: number;
  readonly random: Random;
}

/**
 * Instances of one pipeline, each of which begins while the one before writes. Every one but the last has to end by
 * saying that it was fenced. Resolves to the last batch.
 */
export async function contend(scene: Scene, { takeovers, random }: Rivalry): Promise<number> {
  let older = await instance(scene.sink);
  for (let i = 0; i < takeovers; i++) {
    await sleep(random.between(0, HOLD_MS_MAX));
    const newer = await instance(scene.sink);
    const end = await older.ended;
    older = newer;
    if (isFenced(end)) continue;
    older.stop();
    await older.ended;
    throw new Error(`an instance was not fenced: ${String(end)}`);
  }
  older.stop();
  const end = await older.ended;
  if (typeof end !== 'number') throw end;
  return end;
}

interface Instance {
  /** The last batch that was written, or what it failed with. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** Resolves when it is open and about to write. */
async function instance(make: () => ResumableSink): Promise<Instance> {
  let isOver = false;
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    ended = deliver(make, { last: Number.POSITIVE_INFINITY, isOver: () => isOver, begin: () => resolve() }).catch(
      (error: unknown) => error,
    );
    void ended.then(() => resolve());
  });
  return {
    ended,
    stop: () => {
      isOver = true;
    },
  };
}

function isFenced(end: unknown): boolean {
  return (
    end instanceof RowtideError && end.code === 'SINK_FENCED' && /^another instance of pipeline /.test(end.message)
  );
}
