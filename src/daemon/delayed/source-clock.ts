import type { Log } from '../../core/log.js';
import { serverTime } from '../../mysql/clock.js';
import type { ServerAddress } from '../../mysql/url.js';
import { type Clock, systemClock } from '../../pipeline/clock.js';
import { ReleaseClock } from '../../pipeline/release-clock.js';

/** Clocks drift apart by some ten milliseconds in that time at worst, unless one of them jumps. */
const INTERVAL_MS = 600_000;
const RETRY_MS = 30_000;
/** A difference that is worth a warning: of an hour's delay it is more than anybody would take for nothing. */
const NOTEWORTHY_MS = 1000;

export interface SourceClockOptions {
  readonly pipeline: string;
  /** Null: there is no server to ask. */
  readonly address: ServerAddress | null;
  readonly log: Log;
  readonly clock?: Clock;
  readonly ask?: typeof serverTime;
}

/** The source's clock beside ours, asked at the start, now and then, and whenever ours has jumped. */
export class SourceClock {
  readonly release: ReleaseClock;
  readonly #options: SourceClockOptions;
  readonly #clock: Clock;
  #wake: () => void = () => undefined;
  /** Half of the round trip of the last question. */
  errorMs: number | null = null;

  constructor(options: SourceClockOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.release = new ReleaseClock({ clock: this.#clock, onStep: (stepMs) => this.#stepped(stepMs) });
  }

  get aheadMs(): number | null {
    return this.release.sourceAheadMs;
  }

  get hasStepped(): boolean {
    return this.release.hasStepped;
  }

  async watch(signal: AbortSignal): Promise<void> {
    const { address } = this.#options;
    while (address !== null && !signal.aborted) {
      const isKnown = await this.#ask(address, signal);
      await this.#sleep(isKnown ? INTERVAL_MS : RETRY_MS, signal);
    }
  }

  async #ask(address: ServerAddress, signal: AbortSignal): Promise<boolean> {
    const { pipeline, log, ask = serverTime } = this.#options;
    try {
      const { errorMs, ...time } = await ask(address, signal);
      this.release.measured(time);
      this.errorMs = errorMs;
      const aheadMs = Math.round(this.aheadMs ?? 0);
      if (Math.abs(aheadMs) >= NOTEWORTHY_MS) {
        log.warn({ pipeline, aheadMs }, 'the clock of the source differs from ours: a delay is off by as much');
      }
      return true;
    } catch (error) {
      if (!signal.aborted) log.debug({ pipeline, err: error }, 'the clock of the source could not be asked');
      return false;
    }
  }

  #stepped(stepMs: number): void {
    const { pipeline, log } = this.#options;
    log.warn({ pipeline, stepMs: Math.round(stepMs) }, 'our clock has jumped: releasing by the clock of the source');
    this.#wake();
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const waking = new AbortController();
    const wake = (): void => waking.abort();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    await this.#clock.sleep(ms, waking.signal);
    signal.removeEventListener('abort', wake);
  }
}
