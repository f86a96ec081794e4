/** What the sources of one process know of each other beside what stands in their target. */
export class Alterations {
  #now = 0;
  #count = 0;

  /** Raised whenever tables are others than before. */
  get count(): number {
    return this.#count;
  }

  /** Whether tables may be others than at that count. */
  isSince(count: number): boolean {
    return this.#now > 0 || this.#count > count;
  }

  async run(work: () => Promise<void>): Promise<void> {
    this.#now++;
    try {
      await work();
    } finally {
      this.#now--;
      this.#count++;
    }
  }
}

const byTarget = new Map<string, Alterations>();

/** Of all sources that write to the same target and keep what they share in the same schema. */
export function alterationsOf(target: string): Alterations {
  const known = byTarget.get(target) ?? new Alterations();
  byTarget.set(target, known);
  return known;
}
