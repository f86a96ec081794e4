import type { Log } from '../core/log.js';
import { type Clock, systemClock } from '../pipeline/clock.js';

/** What is posted, as JSON. */
export interface Alert {
  /** `match`: it waits, far from its time; `held`: it is next, and the replica stands still before it. */
  readonly event: 'match' | 'held';
  readonly pipeline: string;
  /** Null where the log has none. */
  readonly gtid: string | null;
  /** file:offset in the source's log. */
  readonly place: string;
  readonly rule: string;
  readonly what: string;
  readonly committedAt: string;
  /** When it would be applied. */
  readonly releaseAt: string;
}

export interface WebhookOptions {
  readonly url: string;
  readonly log: Log;
  readonly clock?: Clock;
}

/** More than so many that nobody takes are not worth memory: the log and the status have them all. */
const ALERTS_MAX = 1000;
const DELAY_MS_FIRST = 1000;
const DELAY_MS_MAX = 60_000;
const TIMEOUT_MS = 10_000;

/**
 * Posts alerts one after the other, each until it is answered by 2xx. Nobody waits for it: what it cannot deliver delays
 * nothing but the alerts behind it.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #clock: Clock;
  readonly #waiting: Alert[] = [];
  readonly #closing = new AbortController();
  #isPosting = false;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  send(alert: Alert): void {
    if (this.#waiting.length >= ALERTS_MAX) return;
    this.#waiting.push(alert);
    if (!this.#isPosting) void this.#post();
  }

  close(): void {
    this.#closing.abort();
  }

  async #post(): Promise<void> {
    this.#isPosting = true;
    const { signal } = this.#closing;
    let delayMs = DELAY_MS_FIRST;
    while (this.#waiting.length > 0 && !signal.aborted) {
      const why = await this.#attempt(this.#waiting[0]!);
      if (why === null) {
        this.#waiting.shift();
        delayMs = DELAY_MS_FIRST;
        continue;
      }
      if (signal.aborted) break;
      this.#options.log.warn({ url: placeOf(this.#options.url), why, delayMs }, 'an alert was not taken: again later');
      await this.#clock.sleep(delayMs, signal);
      delayMs = Math.min(delayMs * 2, DELAY_MS_MAX);
    }
    this.#isPosting = false;
  }

  /** Null when it was taken. */
  async #attempt(alert: Alert): Promise<string | null> {
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(alert),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok ? null : `it answered ${response.status}`;
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      return String(cause ?? error);
    }
  }
}

/** Without what may be secret in it: the path and the query of many a webhook are its password. */
function placeOf(url: string): string {
  return new URL(url).origin;
}
