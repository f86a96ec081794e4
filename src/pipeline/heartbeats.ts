import type { Position } from '../core/position.js';
import type { Transaction } from '../core/transaction.js';
import { covers } from './covers.js';

/** The table whose rows say what time it was at the source when they were written: that of pt-heartbeat. */
export interface HeartbeatTable {
  readonly schema: string;
  readonly table: string;
}

/** Larger transactions do more than to say what time it is. */
const TRANSACTION_BYTES_MAX = 4096;
const TIME = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?/;

/**
 * What time a heartbeat says, microseconds since the epoch; null: it is none. Its first column is the time, in UTC, as
 * VARCHAR(26); it is found by its place, because a log need not have names.
 */
export function heartbeatUs({ sizeBytes, entries }: Transaction, { schema, table }: HeartbeatTable): number | null {
  if (sizeBytes > TRANSACTION_BYTES_MAX) return null;
  for (const entry of entries) {
    if (entry.kind !== 'rows' || entry.table.name !== table || entry.table.schema !== schema) return null;
    const cursor = entry.cursor();
    if (!cursor.next() || cursor.after === null) continue;
    const { bytes, at, end } = cursor.after;
    const [start = -1, behind = -1] = [at[0], end[0]];
    if (start < 0) return null;
    // Its characters are those of ASCII in every character set; in front of them stands their number.
    return timeUs(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).latin1Slice(start, behind));
  }
  return null;
}

function timeUs(text: string): number | null {
  const [, date, time, fraction = ''] = TIME.exec(text) ?? [];
  const ms = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(ms) ? null : ms * 1000 + Number(fraction.padEnd(6, '0'));
}

type Mark = Pick<Transaction, 'gtid' | 'span'> & { readonly us: number };

/** So many are remembered while a sink takes nothing; of more, the newest counts. */
const MARKS_MAX = 1000;

/** The heartbeats of a stream, from when they were read until all before them is durable. */
export class Heartbeats {
  readonly #marks: Mark[] = [];
  #durableUs: number | null = null;

  /** What the newest one says that is durable, with all that was logged before it; null: none has come so far. */
  get durableUs(): number | null {
    return this.#durableUs;
  }

  read({ gtid, span }: Transaction, us: number): void {
    if (this.#marks.length === MARKS_MAX) this.#marks.pop();
    this.#marks.push({ gtid, span, us });
  }

  /** The sink has all up to there. */
  moved(position: Position): void {
    const left = this.#marks.findIndex((mark) => !covers(position, mark));
    const durable = this.#marks.splice(0, left === -1 ? this.#marks.length : left);
    this.#durableUs = durable.at(-1)?.us ?? this.#durableUs;
  }
}
