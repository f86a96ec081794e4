import { RowtideError } from '../../core/errors.js';
import type { AnyGtid } from '../../core/gtid.js';
import type { Log } from '../../core/log.js';
import type { Position } from '../../core/position.js';
import type { SinkStats } from '../../core/sink-stats.js';
import type { Source } from '../../core/source.js';
import type { Transaction } from '../../core/transaction.js';
import { contentsOf } from '../../guard/contents.js';
import { guarded } from '../../guard/guarded.js';
import { LookAhead, type Waiting } from '../../guard/look-ahead.js';
import { type CountRows, type Judge, judgeBy, type Match } from '../../guard/rules.js';
import { targetRows } from '../../guard/target-rows.js';
import { Webhook } from '../../guard/webhook.js';
import type { ServerAddress } from '../../mysql/url.js';
import type { DelayNeeds } from '../../pipeline/define-sink.js';
import { Delay, delayed } from '../../pipeline/delayed.js';
import type { ComposedSource } from '../compose.js';
import { positionText } from '../status.js';
import { untilPoint } from '../until.js';
import { type Kept, readKept, writeKept } from './kept.js';
import { before, keyOf, notableMeant, type Place } from './place.js';
import { SourceClock } from './source-clock.js';
import { type DelayedStatus, delayedStatus } from './status.js';

export interface DelayedReplicaOptions {
  readonly pipeline: string;
  readonly needs: DelayNeeds;
  readonly composed: ComposedSource;
  /** The same log once more, for looking ahead. */
  readonly ahead: Source;
  /** Whose commits are delayed; null where nobody can be asked. */
  readonly sourceAddress: ServerAddress | null;
  /** Whether the replica has the table. */
  readonly wants: (schema: string, table: string) => boolean;
  readonly isSkipped: (gtid: AnyGtid | null) => boolean;
  /** Resolves once a transaction is on the target, with all before it; rejects when `signal` aborts. */
  readonly reached: (transaction: Pick<Transaction, 'gtid' | 'span'>, signal: AbortSignal) => Promise<void>;
  readonly keptPath: string;
  readonly stats: SinkStats;
  readonly log: Log;
}

/** How transactions go on: late; all of them at once, up to a place; or all that are there. */
type Mode =
  | { readonly kind: 'delayed' }
  | { readonly kind: 'until'; readonly text: string; readonly source: Source }
  | { readonly kind: 'catch-up' };

/** What is kept of a transaction that went on. */
type Passed = Pick<Transaction, 'gtid' | 'span'>;

/** What is known when a transaction is next. */
interface Before {
  /** The one in front of it; null: none of this attempt. */
  readonly last: Passed | null;
  readonly signal: AbortSignal;
}

const DELAYED: Mode = { kind: 'delayed' };
/** Deletes of so many rows are listed, whatever the rules say. */
const NOTABLE_ROWS = 10_000;

/** What a pipeline has beside all others whose sink wants to be late: the delay, the guard, and what people say to them. */
export class DelayedReplica {
  readonly #options: DelayedReplicaOptions;
  readonly #sourceClock: SourceClock;
  readonly #delay: Delay;
  readonly #lookAhead: LookAhead;
  readonly #countRows: CountRows;
  readonly #alerted = new Set<string>();
  #webhook: Webhook | null = null;
  #life = new AbortController();
  #mode: Mode = DELAYED;
  #kept: Kept = { isPaused: false, position: undefined, allowed: [] };
  #writing: Promise<void> = Promise.resolve();
  #held: { readonly transaction: Waiting; readonly match: Match } | null = null;

  constructor(options: DelayedReplicaOptions) {
    this.#options = options;
    const { pipeline, needs, log, ahead, sourceAddress: address } = options;
    this.#sourceClock = new SourceClock({ pipeline, address, log });
    this.#delay = new Delay(needs.delayMs, this.#sourceClock.release);
    this.#countRows = (table, rowsMax) => targetRows(needs.target, this.#life.signal)(table, rowsMax);
    this.#lookAhead = new LookAhead({
      pipeline,
      source: ahead,
      // What is far from its time is judged once more when that has come.
      judge: this.#judgeBy((table, rowsMax) => this.#countRows(table, rowsMax).catch(() => null)),
      notableRows: Math.min(NOTABLE_ROWS, needs.guard.deleteRows ?? NOTABLE_ROWS),
      log,
      onMatch: ({ transaction, match }) => this.#alert('match', transaction, match),
    });
  }

  /** Called once for each life of the pipeline. True: a person paused it in an earlier one. */
  async open(signal: AbortSignal): Promise<boolean> {
    const { needs, log, keptPath } = this.#options;
    this.#life = new AbortController();
    signal.addEventListener('abort', () => this.close(), { once: true, signal: this.#life.signal });
    const { webhook: url } = needs.guard;
    this.#webhook = url === null ? null : new Webhook({ url, log });
    // What the webhook of an earlier life had not delivered is to be said again.
    this.#alerted.clear();
    this.#kept = await readKept(keptPath);
    void this.#sourceClock.watch(this.#life.signal);
    if (this.#kept.position !== undefined) this.#lookAhead.begin(this.#kept.position);
    return this.#kept.isPaused;
  }

  close(): void {
    this.#life.abort();
    this.#lookAhead.close();
    this.#webhook?.close();
  }

  /** Of the next attempt. */
  source(): Source {
    const { composed } = this.#options;
    const mode = this.#mode;
    let last: Passed | null = null;
    const gate = {
      holds: (transaction: Transaction, signal: AbortSignal) => this.#holds(transaction, { last, signal }),
      passed: (transaction: Transaction) => {
        last = { gtid: transaction.gtid, span: transaction.span };
        this.#lookAhead.passed(transaction);
      },
    };
    const made = (): Source => {
      switch (mode.kind) {
        case 'delayed':
          return delayed(guarded(composed.source, gate), this.#delay);
        case 'until':
          return guarded(mode.source, gate);
        case 'catch-up':
          return guarded(untilPoint(composed, { kind: 'now' }), gate);
      }
    };
    const source = made();
    const begin = (from: Position): void => {
      this.#held = null;
      this.#lookAhead.begin(from);
    };
    return {
      start: (signal) => source.start(signal),
      async *read(from, signal) {
        begin(from);
        yield* source.read(from, signal);
      },
    };
  }

  /** The source of an attempt came to its end by itself. What is to become of the pipeline: `end` is up to the log. */
  ended(): 'pause' | 'again' | 'end' {
    const mode = this.#mode;
    if (this.#held !== null) {
      this.#mode = DELAYED;
      return 'pause';
    }
    if (mode.kind === 'delayed') return 'end';
    this.#mode = DELAYED;
    const { pipeline, log } = this.#options;
    if (mode.kind === 'catch-up') log.info({ pipeline }, 'has caught up: late again from here on');
    else log.info({ pipeline, before: mode.text }, 'paused before the place, as asked');
    return mode.kind === 'until' ? 'pause' : 'again';
  }

  /** A person lets it stand still, and it remembers so. */
  async pause(position: Position | undefined): Promise<void> {
    await this.#keep({ isPaused: true, position });
  }

  /** It stands still there. What its guard holds, that finds anew after a restart. */
  async rest(position: Position | undefined): Promise<void> {
    await this.#keep({ isPaused: this.#kept.isPaused || this.#held === null, position });
    if (position !== undefined) this.#lookAhead.begin(position);
  }

  /**
   * It goes on, late. Throws USAGE where the guard holds it: that takes a word about the transaction. True: what runs is to
   * begin anew, since it is not late.
   */
  async resume(): Promise<boolean> {
    if (this.#held !== null) {
      const key = keyOf(this.#held.transaction);
      throw new RowtideError(
        'USAGE',
        `the guard holds ${this.#options.pipeline} before ${key}: ${this.#held.match.what}`,
        {
          hint: `Let it through with rowtide delayed resume ${key}, or leave it out with rowtide delayed skip ${key}.`,
        },
      );
    }
    const isLate = this.#mode.kind === 'delayed';
    this.#mode = DELAYED;
    await this.#keep({ isPaused: false });
    return !isLate;
  }

  /** A person lets a transaction through the guard, now or when its time has come. */
  async allow(key: string): Promise<void> {
    const { pipeline, log } = this.#options;
    log.warn({ pipeline, transaction: key }, 'LET THROUGH THE GUARD, as asked');
    const allowed = [...new Set([...this.#kept.allowed, key])];
    await this.#keep({ isPaused: false, allowed });
    this.#held = null;
    this.#mode = DELAYED;
  }

  /** It goes on behind a transaction that is left out, which it was maybe held before. */
  async skipped(): Promise<void> {
    this.#held = null;
    this.#mode = DELAYED;
    await this.#keep({ isPaused: false });
  }

  /** Everything before the place goes through at once; there it stands still. Throws USAGE where it does not wait. */
  async until(place: Place, position: Position | undefined): Promise<void> {
    this.#mode = { kind: 'until', ...this.#stop(place, position) };
    this.#held = null;
    // Whatever happens meanwhile: nothing behind the place is to be applied by a restart.
    await this.#keep({ isPaused: true, position });
  }

  async catchUp(): Promise<void> {
    this.#mode = { kind: 'catch-up' };
    this.#held = null;
    await this.#keep({ isPaused: false });
  }

  set delayMs(ms: number) {
    const { pipeline, log } = this.#options;
    log.info({ pipeline, delayMs: ms, before: this.#delay.ms }, 'the delay is another one');
    this.#delay.ms = ms;
  }

  /** `position`: behind what is durable on the target. */
  status(position: Position | undefined): DelayedStatus {
    const { guard } = this.#options.needs;
    return delayedStatus({
      position,
      mode: this.#mode.kind,
      delay: this.#delay,
      lookAhead: this.#lookAhead,
      sourceClock: this.#sourceClock,
      held: this.#held,
      allowed: new Set(this.#kept.allowed),
      guardsTexts: guard.missingWhere,
    });
  }

  async #holds(transaction: Transaction, { last, signal }: Before): Promise<boolean> {
    const key = keyOf(transaction);
    if (this.#kept.allowed.includes(key) || this.#options.isSkipped(transaction.gtid)) return false;
    const judge = this.#judgeBy(async (table, rowsMax) => {
      // The sink may still be writing what went in front of it, and then its table has other rows.
      if (last !== null) await this.#options.reached(last, signal);
      return this.#countRows(table, rowsMax);
    });
    const match = await judge(contentsOf(transaction));
    if (match === null) return false;
    const { gtid, span, committedAtUs, sizeBytes } = transaction;
    this.#held = { transaction: { gtid, span, committedAtUs, sizeBytes }, match };
    this.#alert('held', this.#held.transaction, match);
    return true;
  }

  #stop(place: Place, position: Position | undefined): { text: string; source: Source } {
    const { composed } = this.#options;
    switch (place.kind) {
      case 'time':
        if (place.timeUs > Date.now() * 1000) throw notWaiting('the time has not come yet', 'Give one that is past.');
        return { text: new Date(place.timeUs / 1000).toISOString(), source: untilPoint(composed, place) };
      case 'gtid': {
        const key = keyOf({ gtid: place.gtid, span: { file: '', start: 0, end: 0 } });
        if (position !== undefined && isBehind(position, place.gtid)) {
          throw notWaiting(`${key} is applied already: the replica is at ${positionText(position)}`);
        }
        if (!this.#lookAhead.hasSeen(place.gtid)) throw notWaiting(`${key} is not among what waits`);
        return { text: key, source: before(composed.source, key) };
      }
      case 'statement': {
        const notable = notableMeant(place.text, this.#lookAhead.notables);
        if (notable === undefined) throw notWaiting(`nothing that waits is ${place.text}`);
        const key = keyOf(notable.transaction);
        return { text: `${key} (${notable.what[0] ?? place.text})`, source: before(composed.source, key) };
      }
    }
  }

  #judgeBy(countRows: CountRows): Judge {
    return judgeBy(this.#options.needs.guard, { wants: this.#options.wants, countRows });
  }

  /** Once for each, so that reading again says nothing again. */
  #alert(event: 'match' | 'held', transaction: Waiting, { rule, what }: Match): void {
    const { pipeline, log, stats } = this.#options;
    const key = keyOf(transaction);
    if (this.#kept.allowed.includes(key) || this.#alerted.has(`${event} ${key}`)) return;
    this.#alerted.add(`${event} ${key}`);
    const { gtid, span } = transaction;
    const place = `${span.file}:${span.start}`;
    const committedAt = new Date(transaction.committedAtUs / 1000).toISOString();
    const releaseAt = new Date(this.#delay.dueMs(transaction)).toISOString();
    const facts = { pipeline, transaction: key, place, rule, what, committedAt, releaseAt };
    if (event === 'match') {
      stats.count('guard matches');
      log.warn(facts, 'GUARD: the replica will stand still before a transaction that waits');
    } else {
      stats.count('guard holds');
      log.error(facts, 'GUARD: the replica stands still before a transaction, and waits for a person');
    }
    this.#webhook?.send({
      event,
      pipeline,
      gtid: gtid === null ? null : key,
      place,
      rule,
      what,
      committedAt,
      releaseAt,
    });
  }

  /** One after the other: they have one file. */
  async #keep(change: Partial<Kept>): Promise<void> {
    this.#kept = { ...this.#kept, ...change };
    const written = this.#writing.catch(() => undefined).then(() => writeKept(this.#options.keptPath, this.#kept));
    this.#writing = written;
    await written;
  }
}

function isBehind({ log }: Position, gtid: AnyGtid): boolean {
  if (log.kind === 'gtid') return !('domain' in gtid) && log.executed.has(gtid);
  return log.kind === 'mariadb-gtid' && 'domain' in gtid && log.executed.has(gtid);
}

function notWaiting(why: string, hint?: string): RowtideError {
  return new RowtideError('USAGE', why, { hint: hint ?? '`rowtide delayed status` lists what waits.' });
}
