import { createHash } from 'node:crypto';

/** Numbers that follow from a seed. */
export class Random {
  #state: number;

  /** The same texts give the same numbers. */
  constructor(...seed: readonly (string | number)[]) {
    this.#state = createHash('sha256').update(seed.join('/')).digest().readUInt32LE(0);
  }

  /** From 0 to 1, by mulberry32. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!;
  }

  /** `count` different numbers of those from `least` to `most`, in ascending order, so that locks are taken in one order. */
  distinct(count: number, least: number, most: number): number[] {
    const found = new Set<number>();
    while (found.size < Math.min(count, most - least + 1)) found.add(this.between(least, most));
    return [...found].sort((a, b) => a - b);
  }
}
