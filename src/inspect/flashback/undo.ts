import { unreachable } from '../../core/errors.js';
import type { FormatDescription } from '../../core/event.js';
import { formatGtid } from '../../core/gtid.js';
import type { Rows, Statement, Transaction } from '../../core/transaction.js';
import { HINT_NARROW, notUndoable } from './refusals.js';
import { SESSION_HEAD, SESSION_TAIL } from './session.js';
import { formatStatements, type LoggedFormat, undoEvents } from './undo-events.js';
import { undoStatements } from './undo-sql.js';

export interface UndoOptions {
  readonly form: 'sql' | 'binlog';
  /** Texts in the order of the log; they are to be printed from the last one to the first. */
  readonly append: (text: string) => void;
  /** Whether a statement may have done something that is to be undone. */
  readonly concerns: (statement: Statement, format: FormatDescription) => boolean;
}

export type Counts = Record<Rows['op'] | 'transactions', number>;

/** Makes of each transaction one that undoes it. Throws UNDO_IMPOSSIBLE for what cannot be undone. */
export class Undo {
  readonly counts: Counts = { transactions: 0, insert: 0, update: 0, delete: 0 };
  readonly #options: UndoOptions;
  #logged: LoggedFormat | null = null;

  constructor(options: UndoOptions) {
    this.#options = options;
  }

  add(transaction: Transaction, logged: LoggedFormat): void {
    const { append } = this.#options;
    let isOpen = false;
    for (const entry of transaction.entries) {
      const place = `${transaction.span.file}:${entry.event.start}`;
      if (entry.kind === 'statement') {
        if (this.#options.concerns(entry, logged.format)) throw statementRefused(entry, place);
        continue;
      }
      for (const statement of this.#undone(entry, logged.format, place)) {
        if (!isOpen) {
          this.#changeFormat(logged);
          append('COMMIT;\n');
        }
        isOpen = true;
        append(`${statement};\n`);
      }
    }
    if (!isOpen) return;
    this.counts.transactions++;
    append(`\n-- ${factsOf(transaction)}\nBEGIN;\n`);
  }

  /** What stands in front of all that was appended; complete once all was added. */
  head(): string {
    const { transactions, insert, update, delete: deletes } = this.counts;
    const counts = `${insert} inserts, ${update} updates, ${deletes} deletes`;
    const title = `-- Undoes ${transactions} transactions (${counts}), the newest first.\n`;
    if (transactions === 0) return title;
    const format = this.#options.form === 'binlog' ? formatStatements(this.#logged!) : [];
    return `${title}${[...SESSION_HEAD, ...format].map((sql) => `${sql};\n`).join('')}`;
  }

  tail(): string {
    return this.counts.transactions === 0 ? '' : `\n${SESSION_TAIL.map((sql) => `${sql};\n`).join('')}`;
  }

  *#undone(rows: Rows, format: FormatDescription, place: string): Generator<string> {
    switch (this.#options.form) {
      case 'sql':
        for (const statement of undoStatements(rows, place)) {
          this.counts[rows.op]++;
          yield statement;
        }
        return;
      case 'binlog': {
        const undone = undoEvents(rows, format, place);
        if (undone === null) return;
        this.counts[rows.op] += undone.rowCount;
        yield undone.sql;
        return;
      }
      default:
        unreachable(this.#options.form);
    }
  }

  /** Each file’s events follow its own format; read backwards, it has to stand behind them here. */
  #changeFormat(logged: LoggedFormat): void {
    const last = this.#logged;
    if (this.#options.form === 'binlog' && last !== null && last.format !== logged.format)
      this.#options.append(`\n${formatStatements(last).join(';\n')};\n`);
    this.#logged = logged;
  }
}

function factsOf({ gtid, committedAtUs, span }: Transaction): string {
  const time = new Date(Math.floor(committedAtUs / 1000)).toISOString().replace('T', ' ').replace('Z', '');
  const micros = String(committedAtUs % 1000).padStart(3, '0');
  const name = gtid === null ? '' : `${formatGtid(gtid)}, `;
  return `${name}${time}${micros} UTC, ${span.file}:${span.start}`;
}

const SHOWN_CHARS = 100;

function statementRefused({ sql }: Statement, place: string): Error {
  const line = sql.replace(/\s+/g, ' ').trim();
  const shown = line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line;
  return notUndoable(place, `the log does not say how to undo this statement: ${shown}`, HINT_NARROW);
}
