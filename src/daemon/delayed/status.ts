import type { Position } from '../../core/position.js';
import type { LookAhead, Notable, Waiting } from '../../guard/look-ahead.js';
import type { Match } from '../../guard/rules.js';
import type { Delay } from '../../pipeline/delayed.js';
import { keyOf } from './place.js';
import type { SourceClock } from './source-clock.js';

/** A delayed replica as `rowtide delayed status` shows it; plain JSON. */
export interface DelayedStatus {
  readonly delayMs: number;
  /** `delayed`; `until`: everything up to a place goes through at once; `catch-up`: everything that is there. */
  readonly mode: 'delayed' | 'until' | 'catch-up';
  /** Nothing waits: all of the log was applied. */
  readonly isIdle: boolean;
  /** Transactions and bytes of them, as far as was read ahead. */
  readonly waiting: { readonly transactions: number; readonly bytes: number };
  /** What is applied next. */
  readonly next: WaitingStatus | null;
  /** Those with statements, big deletes and matches, in the order of the log. */
  readonly notable: readonly NotableStatus[];
  /** How many more there are. */
  readonly unlisted: number;
  /** Before which the guard holds the replica; null: it does not. */
  readonly held: HeldStatus | null;
  /** What is left unsaid above. */
  readonly notes: readonly string[];
  /** How much the source's clock is ahead of ours; null: it could not be asked. */
  readonly sourceAheadMs: number | null;
  /** At most so wrong: half of the round trip. */
  readonly sourceAheadErrorMs: number | null;
}

export interface WaitingStatus {
  /** GTID, or file:offset where there is none. */
  readonly transaction: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly committedAt: string;
  readonly releaseAt: string;
}

export interface NotableStatus extends WaitingStatus {
  readonly what: readonly string[];
  /** The guard's rule that it breaks; null: none. */
  readonly rule: string | null;
  /** A person let it through. */
  readonly isAllowed: boolean;
}

export interface HeldStatus {
  readonly transaction: string;
  readonly rule: string;
  readonly what: string;
}

export interface DelayedFacts {
  readonly position: Position | undefined;
  readonly mode: DelayedStatus['mode'];
  readonly delay: Delay;
  readonly lookAhead: LookAhead;
  readonly sourceClock: SourceClock;
  readonly held: { readonly transaction: Waiting; readonly match: Match } | null;
  readonly allowed: ReadonlySet<string>;
  readonly guardsTexts: boolean;
}

export function delayedStatus(facts: DelayedFacts): DelayedStatus {
  const { position, mode, delay, lookAhead, sourceClock, held, allowed } = facts;
  const next = delay.waiting ?? lookAhead.first;
  const { waiting, notables, unlisted } = lookAhead;
  return {
    delayMs: delay.ms,
    mode,
    isIdle: next === null && lookAhead.isAtEnd && position !== undefined && lookAhead.isAllIn(position),
    waiting,
    next: next === null ? null : waitingStatus(next, delay),
    notable: notables.map((notable) => notableStatus(notable, delay, allowed)),
    unlisted,
    held: held === null ? null : { transaction: keyOf(held.transaction), ...held.match },
    notes: notesOf(facts),
    sourceAheadMs: sourceClock.aheadMs,
    sourceAheadErrorMs: sourceClock.errorMs,
  };
}

function waitingStatus(waiting: Waiting, delay: Delay): WaitingStatus {
  return {
    transaction: keyOf(waiting),
    bytes: waiting.sizeBytes,
    committedAt: new Date(waiting.committedAtUs / 1000).toISOString(),
    releaseAt: new Date(delay.dueMs(waiting)).toISOString(),
  };
}

function notableStatus(
  { transaction, what, match }: Notable,
  delay: Delay,
  allowed: ReadonlySet<string>,
): NotableStatus {
  const isAllowed = allowed.has(keyOf(transaction));
  return { ...waitingStatus(transaction, delay), what, rule: match?.rule ?? null, isAllowed };
}

function notesOf({ lookAhead, sourceClock, guardsTexts }: DelayedFacts): string[] {
  const notes: string[] = [];
  if (lookAhead.error !== null) notes.push(`what waits cannot be looked at: ${lookAhead.error.message}`);
  else if (!lookAhead.isAtEnd) notes.push('not all that waits has been looked at yet');
  if (lookAhead.lacksTexts && guardsTexts) {
    notes.push(
      'the log lacks texts of statements, so a missing WHERE is not seen: set binlog_rows_query_log_events=ON on the source (MariaDB: binlog_annotate_row_events)',
    );
  }
  if (sourceClock.aheadMs === null) notes.push('the clock of the source could not be asked');
  if (sourceClock.hasStepped) notes.push('our clock has jumped: transactions are released by the source’s clock');
  return notes;
}
