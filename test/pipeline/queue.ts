import type { Transaction } from '../../src/core/transaction.js';

/** A stream that is fed by hand; says how much of it was taken. */
export class Queue {
  readonly #waiting: Transaction[] = [];
  #wake: () => void = () => undefined;
  #end: { error?: unknown } | undefined;
  pulled = 0;
  closed = false;

  push(...transactions: readonly Transaction[]): void {
    this.#waiting.push(...transactions);
    this.#wake();
  }

  end(): void {
    this.#end = {};
    this.#wake();
  }

  fail(error: unknown): void {
    this.#end = { error };
    this.#wake();
  }

  async *read(signal: AbortSignal): AsyncGenerator<Transaction, void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    try {
      while (!signal.aborted) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.pulled++;
          yield next;
        } else if (this.#end === undefined) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        } else if ('error' in this.#end) throw this.#end.error;
        else return;
      }
    } finally {
      this.closed = true;
    }
  }
}
