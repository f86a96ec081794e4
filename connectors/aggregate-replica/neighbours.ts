/** What the sources of one process know of each other, beside what stands in their target. */
export class Neighbours {
  /** Streams whose keys were compared with those of the others, which may take a while, since this process began. */
  readonly admitted = new Set<string>();
  #altering = 0;
  #alterations = 0;

  /** How often tables have become others than before. */
  get alterations(): number {
    return this.#alterations;
  }

  /** Whether tables may be others than they were at that count of alterations. */
  areAlteringSince(alterations: number): boolean {
    return this.#altering > 0 || this.#alterations > alterations;
  }

  async alter(work: () => Promise<void>): Promise<void> {
    this.#altering++;
    try {
      await work();
    } finally {
      this.#altering--;
      this.#alterations++;
    }
  }
}

const byTarget = new Map<string, Neighbours>();

/** Of all sources that write to the same target and keep what they share in the same schema. */
export function neighboursOf(target: string): Neighbours {
  const known = byTarget.get(target) ?? new Neighbours();
  byTarget.set(target, known);
  return known;
}
