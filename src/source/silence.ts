/** Notices that nothing was heard for a while, where something is due: a connection whose other end is gone. */
export class SilenceTimer {
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | null = null;
  #heard = false;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** Waits for at most `limitMs` from now on. */
  start(limitMs: number): void {
    this.stop();
    this.#timer = setTimeout(() => this.#expire(), limitMs);
  }

  heard(): void {
    this.#heard = true;
    this.#timer?.refresh();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** When it was us who did not listen, what came meanwhile is read before the immediate runs, and counts. */
  #expire(): void {
    this.#heard = false;
    setImmediate(() => {
      if (this.#timer === null) return;
      if (this.#heard) this.#timer.refresh();
      else this.#onSilence();
    });
  }
}
