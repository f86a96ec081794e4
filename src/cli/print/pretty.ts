import type { Colors } from 'picocolors/types.js';
import type { Change, DocumentDiff, Row, Value } from '../../core/change.js';
import { unreachable } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import type { Column, Table } from '../../core/table.js';
import type { Transaction } from '../../core/transaction.js';
import { timeText } from '../../format/time.js';
import { visible } from '../../format/visible.js';
import { sameValue, tableName, valueText } from './value.js';

const VALUE_CHARACTERS_MAX = 120;
const SQL_CHARACTERS_MAX = 2000;

/** Lines for people: one that says which transaction, and one for each of its changes. */
export class PrettyPrinter {
  readonly #colors: Colors;

  constructor(colors: Colors) {
    this.#colors = colors;
  }

  transaction(transaction: Transaction): string {
    const gtid = transaction.gtid === null ? '' : `${this.#colors.yellow(formatGtid(transaction.gtid))}  `;
    const place = this.#colors.dim(`${visible(transaction.span.file)}:${transaction.span.start}`);
    return `${this.#colors.bold(timeText(transaction.committedAtUs))}  ${gtid}${place}\n`;
  }

  change(change: Change): string {
    const { green, yellow, red, cyan, bold } = this.#colors;
    switch (change.kind) {
      case 'insert':
        return `  ${green('insert')} ${bold(tableName(change.table))}  ${this.#row(change.table, change.after)}\n`;
      case 'update':
        return `  ${yellow('update')} ${bold(tableName(change.table))}  ${this.#update(change)}\n`;
      case 'delete':
        return `  ${red('delete')} ${bold(tableName(change.table))}  ${this.#row(change.table, change.before)}\n`;
      case 'statement':
        return `  ${cyan('statement')} ${this.#schema(change.schema)}${this.#statement(change.sql)}\n`;
      default:
        return unreachable(change);
    }
  }

  #row(table: Table, row: Partial<Row>): string {
    return table.columns.flatMap((column) => this.#present(column, row[column.name])).join('  ');
  }

  /** What tells the row from others, then what changed: `id: 7  price: 1.00 → 2.00`. */
  #update({ table, before, after, diffs }: Extract<Change, { kind: 'update' }>): string {
    const keys = table.primaryKey.length > 0 ? new Set(table.primaryKey) : null;
    const shown = table.columns.flatMap((column) => {
      const [old, now, steps] = [before[column.name], after[column.name], diffs?.[column.name]];
      if (now === undefined && steps !== undefined) return [this.#steps(column, steps)];
      // Any other column that the after image leaves out did not change.
      if (now !== undefined && !sameValue(old, now)) return [this.#changed(column, old, now)];
      return keys === null || keys.has(column.ordinal) ? this.#present(column, old ?? now) : [];
    });
    return shown.join('  ');
  }

  #changed(column: Column, old: Value | undefined, now: Value): string {
    const { dim, red, green } = this.#colors;
    const from = old === undefined ? '' : `${red(this.#value(column, old))} `;
    return `${dim(`${visible(column.name)}:`)} ${from}${dim('→')} ${green(this.#value(column, now))}`;
  }

  /** Of a document that is known neither before nor after: `detail: → replace $.a 2, remove $.b`. */
  #steps(column: Column, steps: readonly DocumentDiff[]): string {
    const { dim, green } = this.#colors;
    const text = steps.map(({ op, path, value }) => `${op} ${path}${value === null ? '' : ` ${value}`}`).join(', ');
    return `${dim(`${visible(column.name)}:`)} ${dim('→')} ${green(this.#value(column, text))}`;
  }

  #present(column: Column, value: Value | undefined): string[] {
    return value === undefined ? [] : [`${this.#colors.dim(`${visible(column.name)}:`)} ${this.#value(column, value)}`];
  }

  #value(column: Column, value: Value): string {
    return valueText(value, column, VALUE_CHARACTERS_MAX);
  }

  /** The default schema, which a session need not have. */
  #schema(name: string): string {
    return name === '' ? '' : `${this.#colors.bold(visible(name))}  `;
  }

  #statement(sql: string): string {
    const oneLine = visible(sql.replaceAll(/\s*\n\s*/g, ' ').trim());
    if (oneLine.length <= SQL_CHARACTERS_MAX) return oneLine;
    return `${oneLine.slice(0, SQL_CHARACTERS_MAX)}… (${sql.length} characters)`;
  }
}
