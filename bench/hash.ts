import { crc32 } from 'node:zlib';

const TEXT_LENGTH = 8192;

/** Libraries differ in which numbers are BigInt; as two halves both are the same. */
const long = new BigInt64Array(1);
const halves = new Int32Array(long.buffer);

/**
 * One hash over all values in their order. Texts are joined and hashed together, which reads every character of them at
 * a fraction of what a loop in JavaScript costs, so that the hash hides little of the difference between two decoders.
 * Of a character its low 8 bits count, which are all that the workload's have.
 */
export class ValueHash {
  #numbers = 0;
  #texts = 0;
  #joined = '';

  add(row: { readonly [column: string]: unknown }): void {
    let numbers = this.#numbers;
    let joined = this.#joined;
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'string') {
        numbers = mix(numbers, value.length);
        joined += value;
      } else if (typeof value === 'number') {
        numbers = mix(mix(numbers, value | 0), Math.floor(value / 0x100000000));
      } else if (typeof value === 'bigint') {
        long[0] = value;
        numbers = mix(mix(numbers, halves[0]!), halves[1]!);
      } else if (value === null) {
        numbers = mix(numbers, -1);
      } else if (value instanceof Uint8Array) {
        this.#texts = crc32(value, this.#texts);
      } else {
        throw new Error(`no hash for a ${typeof value}`);
      }
    }
    this.#numbers = numbers;
    this.#joined = joined;
    if (joined.length >= TEXT_LENGTH) this.#flush();
  }

  /** Of everything that was added so far. */
  get value(): number {
    this.#flush();
    return mix(this.#numbers, this.#texts);
  }

  #flush(): void {
    this.#texts = crc32(Buffer.from(this.#joined, 'latin1'), this.#texts);
    this.#joined = '';
  }
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}
