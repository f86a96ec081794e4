import { createHash, randomInt } from 'node:crypto';

/** Numbers that a seed repeats: ROWTIDE_SEED=… runs the same tables, values and statements again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 32 bits, by mulberry32. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  }

  /** From `first` to `last`, both inclusive. */
  int(first: number, last: number): number {
    return first + Math.floor((this.bits() / 2 ** 32) * (last - first + 1));
  }

  bigint(first: bigint, last: bigint): bigint {
    const span = last - first + 1n;
    let value = 0n;
    for (let i = 0; i < 3; i++) value = (value << 32n) | BigInt(this.bits());
    return first + (value % span);
  }

  chance(probability: number): boolean {
    return this.bits() / 2 ** 32 < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.bits() & 0xff));
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.int(0, 9)).join('');
  }
}

/** What random tests run with unless ROWTIDE_SEED says another number, or `random`: a suite is never red by chance. */
const SUITE_SEED = 20_261_121;

const { ROWTIDE_SEED: wanted, ROWTIDE_SCALE: scale = '1' } = process.env;

/** The seed of this run; `random` is drawn once for each test file. */
export const seed = wanted === 'random' ? randomInt(2 ** 31) : Number(wanted ?? SUITE_SEED);

/** A seed of its own for each test, which follows from that of this run; that one is printed. */
export function seedOf(what: string): number {
  console.log(`${what}: ROWTIDE_SEED=${seed}`);
  return createHash('sha256').update(`${what}/${seed}`).digest().readUInt32LE(0);
}

/** So many values or statements in the suite, and ROWTIDE_SCALE times as many under torture. */
export function scaled(count: number): number {
  return Math.ceil(count * Number(scale));
}
