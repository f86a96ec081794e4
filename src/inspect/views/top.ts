/** The few largest of many, which are not kept. Of equals the first stays. */
export class Top<T> {
  readonly #count: number;
  readonly #sizeOf: (item: T) => number;
  readonly #items: T[] = [];

  constructor(count: number, sizeOf: (item: T) => number) {
    this.#count = count;
    this.#sizeOf = sizeOf;
  }

  add(item: T): void {
    const size = this.#sizeOf(item);
    const items = this.#items;
    const last = items.at(-1);
    if (items.length === this.#count && last !== undefined && this.#sizeOf(last) >= size) return;
    const at = items.findIndex((each) => this.#sizeOf(each) < size);
    items.splice(at < 0 ? items.length : at, 0, item);
    if (items.length > this.#count) items.pop();
  }

  /** The largest first. */
  inOrder(): readonly T[] {
    return this.#items;
  }
}
