import type { LogPoint } from '../core/event.js';

/** How far a log is on the disk. Its writer moves it; readers wait at it, and never go past it. */
export class DurableEnd {
  #point: LogPoint | null = null;
  #failure: Error | null = null;
  /** Of those who wait now. A Set, and listeners that come and go, leave behind what V8 collects late. */
  #waiting: (() => void)[] = [];
  /** Whose aborts wake all. */
  readonly #signals = new WeakSet<AbortSignal>();

  /** Behind the last whole transaction; null before anything is durable. */
  get point(): LogPoint | null {
    return this.#point;
  }

  moveTo(point: LogPoint | null): void {
    this.#point = point;
    this.#wake();
  }

  /** It moves no further: whoever waits gets the error. Null: it may move again. */
  fail(error: Error | null): void {
    this.#failure = error;
    this.#wake();
  }

  /** Resolves when the end is another one than `seen`; throws what it failed with, or why `signal` aborted. */
  async movedFrom(seen: LogPoint | null, signal: AbortSignal): Promise<void> {
    while (this.#point === seen) {
      signal.throwIfAborted();
      if (this.#failure !== null) throw this.#failure;
      await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    if (!this.#signals.has(signal)) {
      this.#signals.add(signal);
      signal.addEventListener('abort', () => this.#wake(), { once: true });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
