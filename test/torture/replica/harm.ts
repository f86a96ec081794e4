/** What is done to a replica, to what it reads from and to what it writes into. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseServer } from '../../servers/database.js';
import type { FaultProxy } from '../../servers/proxy.js';
import type { Random } from '../random.js';
import type { Life } from './life.js';
import { APPLIERS, type Scene } from './scene.js';
import { type Stage, stagesOf } from './stages.js';

export const FAULTS = ['kill ours', 'kill target', 'kill source', 'cut target', 'cut source'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Tally {
  readonly faults: Partial<Record<Fault, number>>;
  /** Of the kills of ours. */
  readonly stages: Partial<Record<Stage | 'any moment', number>>;
}

/** In this time a run gets to every stage some times; else it is killed where it is. */
const AIMED_MS = 10_000;
const CUT_MS = 3000;

export class Harm {
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #tally: Tally;
  /** Which stage is aimed at next. */
  #aimed: number;

  constructor(scene: Scene, { random, tally }: { random: Random; tally: Tally }) {
    this.#scene = scene;
    this.#random = random;
    this.#tally = tally;
    this.#aimed = random.between(0, 100);
  }

  async inflict(fault: Fault): Promise<void> {
    const scene = this.#scene;
    switch (fault) {
      case 'kill ours':
        return this.#random.chance(0.8) ? this.#killAimed() : this.#killAnywhere();
      case 'kill target':
        await this.#live();
        await restart(scene.target);
        break;
      case 'kill source':
        await this.#live();
        await restart(scene.source);
        break;
      case 'cut target':
        await this.#cut(scene.proxies.target);
        break;
      case 'cut source':
        await this.#cut(scene.proxies.source);
        break;
    }
    count(this.#tally.faults, fault);
  }

  /** The life that runs, or a new one, which may lose answers. */
  async #live(): Promise<Life> {
    const { life } = this.#scene;
    const random = this.#random;
    if (life?.isRunning) return life;
    const telling = random.chance(0.5) ? { lose: random.between(5, 60) } : null;
    const started = await this.#scene.start(random.between(0, APPLIERS.length - 1), telling);
    await sleep(random.between(400, 1400));
    return started;
  }

  async #killAnywhere(): Promise<void> {
    const life = await this.#live();
    await sleep(this.#random.between(0, 300));
    await life.kill();
    this.#killed('any moment');
  }

  async #killAimed(): Promise<void> {
    if (this.#scene.life?.isRunning) {
      await this.#scene.life.kill();
      this.#killed('any moment');
    }
    const random = this.#random;
    const stages = stagesOf(this.#scene.way);
    const stage = stages[this.#aimed++ % stages.length]!;
    const die = { stage, count: entryOf(stage, random) };
    const life = await this.#scene.start(random.between(0, APPLIERS.length - 1), { die });
    const isHit = await life.diesAt(stage, AIMED_MS);
    await life.kill();
    this.#killed(isHit ? stage : 'any moment');
  }

  #killed(stage: Stage | 'any moment'): void {
    count(this.#tally.faults, 'kill ours');
    count(this.#tally.stages, stage);
  }

  /** At once; in the middle of what the server says; or of what it is told next time. */
  async #cut(proxy: FaultProxy): Promise<void> {
    const random = this.#random;
    await this.#live();
    const afterBytes = Math.round(10 ** (random.fraction() * 5));
    switch (random.oneOf(['at once', 'answer', 'request'])) {
      case 'answer':
        await Promise.race([proxy.cutOpenAfterBytes(afterBytes), sleep(CUT_MS, undefined, { ref: false })]);
        break;
      case 'request':
        proxy.plan = () => {
          proxy.plan = () => null;
          return { direction: 'request', afterBytes };
        };
        break;
    }
    proxy.cutAll();
    await sleep(random.between(100, 600));
  }
}

function count<K extends string>(counts: Partial<Record<K, number>>, name: K): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** A run opens once; statements about tables are rarer than rows. */
function entryOf(stage: Stage, random: Random): number {
  if (stage === 'opening') return 1;
  return random.between(1, stage.startsWith('ddl') ? 2 : 8);
}

async function restart(server: DatabaseServer): Promise<void> {
  await server.kill();
  await server.restart();
}
