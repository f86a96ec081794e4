import type { LogPoint } from '../core/event.js';

/** How far a log is on the disk. Its writer moves it; readers wait at it, and never go past it. */
export class DurableEnd {
  #point: LogPoint | null = null;
  #failure: Error | null = null;
  readonly #waiting = new Set<() => void>();

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
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
