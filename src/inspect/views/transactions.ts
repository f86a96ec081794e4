import { timeText } from '../../format/time.js';
import { visible } from '../../format/visible.js';
import type { FactWriter } from './fact-writer.js';
import type { LoggedTransaction, RowCounts } from './logged-transaction.js';
import { bytesText } from './numbers.js';
import { type TrackerOptions, TransactionTracker } from './transaction-tracker.js';
import type { View, ViewedEvent } from './view.js';

/** A line for each transaction: who, when, what it did to which table, how large it is and how long it took. */
export class TransactionsView implements View {
  readonly #writer: FactWriter;
  readonly #tracker: TransactionTracker;

  constructor(writer: FactWriter, options: TrackerOptions = {}) {
    this.#writer = writer;
    this.#tracker = new TransactionTracker((transaction) => {
      writer.fact(transactionFact(transaction), () => transactionLine(transaction));
    }, options);
  }

  event(viewed: ViewedEvent): void {
    this.#tracker.event(viewed);
  }

  end(): void {
    this.#tracker.end();
    this.#writer.end();
  }
}

/** As JSON; `ts` is the commit in µs since the epoch, as in the JSON of changes. */
export function transactionFact(transaction: LoggedTransaction): object {
  const { file, start, end, gtid, committedAtUs, seconds, rows, tables, outcome, sql } = transaction;
  return {
    gtid,
    file,
    position: start,
    end,
    ts: committedAtUs,
    outcome,
    rows,
    bytes: end - start,
    seconds,
    tables: Object.fromEntries(tables.map((counts) => [counts.table, kindsOf(counts)])),
    ...(sql === null ? {} : { sql }),
  };
}

function kindsOf({ insert, update, delete: deleted }: RowCounts): RowCounts {
  return { insert, update, delete: deleted };
}

/** `2026-11-21T10:00:00+00:00  0-1-7  binlog.000001:1234  shop.orders +3 ~1 -2  4.0 KiB  2 s` */
export function transactionLine(transaction: LoggedTransaction): string {
  const { file, start, end, gtid, committedAtUs, seconds, outcome } = transaction;
  const did = [...changesText(transaction), ...(outcome === 'commit' ? [] : [outcome])].join(', ') || 'nothing';
  const place = `${visible(file)}:${start}`;
  return [timeText(committedAtUs), gtid ?? '-', place, did, bytesText(end - start), `${seconds} s`].join('  ');
}

const SQL_CHARACTERS_MAX = 80;

/** `shop.orders +3 ~1 -2`: rows inserted, updated and deleted. */
export function changesText({ tables, sql }: LoggedTransaction): string[] {
  const changes = tables.map((counts) => `${visible(counts.table)} ${countsText(counts)}`);
  if (sql === null) return changes;
  const text = visible(sql.replaceAll(/\s+/g, ' '));
  return [...changes, text.length <= SQL_CHARACTERS_MAX ? text : `${text.slice(0, SQL_CHARACTERS_MAX)}…`];
}

export function countsText({ insert, update, delete: deleted }: RowCounts): string {
  const kinds = [insert > 0 ? `+${insert}` : '', update > 0 ? `~${update}` : '', deleted > 0 ? `-${deleted}` : ''];
  return kinds.filter((text) => text !== '').join(' ');
}
