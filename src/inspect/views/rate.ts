/** What happened within some seconds. */
export interface RateBucket {
  /** Seconds since the epoch at which it begins. */
  readonly from: number;
  transactions: number;
  rows: number;
  bytes: number;
}

const BUCKETS_MAX = 48;
/** Widths that people count in, each a multiple of the one before: seconds, minutes, hours, days. */
const WIDTHS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400] as const;

/** Counts over time, in as many buckets as a chart has lines, however long the time is. */
export class Rate {
  #width: number = WIDTHS[0];
  #buckets = new Map<number, RateBucket>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  get seconds(): number {
    return this.#width;
  }

  add(seconds: number, counts: Omit<RateBucket, 'from'>): void {
    this.#first = Math.min(this.#first, seconds);
    this.#last = Math.max(this.#last, seconds);
    while (this.#indexOf(this.#last) - this.#indexOf(this.#first) >= BUCKETS_MAX) this.#widen();
    this.#count(seconds, counts);
  }

  /** In order, those without anything too. */
  buckets(): RateBucket[] {
    if (this.#buckets.size === 0) return [];
    const first = this.#indexOf(this.#first);
    return Array.from({ length: this.#indexOf(this.#last) - first + 1 }, (_, i) => this.#at(first + i));
  }

  #indexOf(seconds: number): number {
    return Math.floor(seconds / this.#width);
  }

  #at(index: number): RateBucket {
    return this.#buckets.get(index) ?? { from: index * this.#width, transactions: 0, rows: 0, bytes: 0 };
  }

  #count(seconds: number, { transactions, rows, bytes }: Omit<RateBucket, 'from'>): void {
    const index = this.#indexOf(seconds);
    const bucket = this.#at(index);
    bucket.transactions += transactions;
    bucket.rows += rows;
    bucket.bytes += bytes;
    this.#buckets.set(index, bucket);
  }

  #widen(): void {
    const narrow = this.#buckets;
    this.#width = WIDTHS.find((width) => width > this.#width) ?? this.#width * 2;
    this.#buckets = new Map();
    for (const bucket of narrow.values()) this.#count(bucket.from, bucket);
  }
}
