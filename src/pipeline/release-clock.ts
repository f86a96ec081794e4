import { type Clock, systemClock } from './clock.js';

/** A jump of the wall clock against the one that never jumps, not the little that both are slewed by. */
const STEP_MS = 1000;

/** What time the source had when it was asked. */
export interface SourceTime {
  /** Milliseconds since the epoch, by the source's clock. */
  readonly sourceMs: number;
  /** The moment of that, by the clock that never jumps. */
  readonly atMs: number;
}

export interface ReleaseClockOptions {
  readonly clock?: Clock;
  /** Milliseconds since the epoch. */
  readonly wallMs?: () => number;
  /** Called when the wall clock has jumped, by so many milliseconds. */
  readonly onStep?: (stepMs: number) => void;
}

/**
 * The time by which delayed transactions are released. It is our wall clock, as it is the replica's for a delay of the
 * server's own. Once that has jumped, by either sign, it is no witness any more: then it is the source's clock, by which
 * commits are dated, as far as that is known, until ours agrees with it again. So a clock that is set back by an hour holds
 * nothing for an hour longer, and one that is set forward releases nothing an hour early.
 */
export class ReleaseClock {
  readonly #clock: Clock;
  readonly #wallMs: () => number;
  readonly #onStep: (stepMs: number) => void;
  /** Wall clock less steady clock. */
  #offset: number;
  #source: SourceTime | null = null;
  #hasStepped = false;

  constructor({ clock = systemClock, wallMs = Date.now, onStep = () => undefined }: ReleaseClockOptions = {}) {
    this.#clock = clock;
    this.#wallMs = wallMs;
    this.#onStep = onStep;
    this.#offset = wallMs() - clock.now();
  }

  /** Milliseconds since the epoch; with `ofSource` by the source's clock in any case, as far as it is known. */
  nowMs({ ofSource = false } = {}): number {
    this.#watch();
    const sourceMs = ofSource || this.#hasStepped ? this.#sourceMs() : null;
    return sourceMs ?? this.#wallMs();
  }

  /** How much the source's clock is ahead of ours; null: not known. */
  get sourceAheadMs(): number | null {
    const sourceMs = this.#sourceMs();
    return sourceMs === null ? null : sourceMs - this.#wallMs();
  }

  /** Ours has jumped, and does not agree with the source's. */
  get hasStepped(): boolean {
    this.#watch();
    return this.#hasStepped;
  }

  measured(time: SourceTime): void {
    this.#watch();
    this.#source = time;
    if (Math.abs(this.sourceAheadMs ?? 0) < STEP_MS) this.#hasStepped = false;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }

  #sourceMs(): number | null {
    return this.#source === null ? null : this.#source.sourceMs + (this.#clock.now() - this.#source.atMs);
  }

  #watch(): void {
    const offset = this.#wallMs() - this.#clock.now();
    const stepMs = offset - this.#offset;
    this.#offset = offset;
    if (Math.abs(stepMs) < STEP_MS) return;
    this.#hasStepped = true;
    this.#onStep(stepMs);
  }
}
