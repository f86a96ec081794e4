import { SUMMED, type TableSum } from './shop.js';

type Json = { [key: string]: string | number };

interface ChangeRecord {
  op: 'insert' | 'update' | 'delete' | 'statement';
  table: string;
  gtid: string;
  row: number;
  before?: Json;
  after?: Json;
}

/** What a reader of the stream ends up with: every change counted, and each table as the changes left it. */
export class Fold {
  readonly counts = { insert: 0, update: 0, delete: 0, statement: 0 };
  repeats = 0;
  readonly #seen = new Set<string>();
  readonly #tables = new Map<string, Map<string, Json>>();

  add(line: string): void {
    const change = JSON.parse(line) as ChangeRecord;
    const id = `${change.gtid} ${change.row}`;
    if (this.#seen.has(id)) {
      this.repeats++;
      return;
    }
    this.#seen.add(id);
    this.counts[change.op]++;
    if (change.op === 'statement') return;
    let rows = this.#tables.get(change.table);
    if (rows === undefined) {
      rows = new Map();
      this.#tables.set(change.table, rows);
    }
    if (change.before !== undefined) rows.delete(keyOf(change.table, change.before));
    if (change.after !== undefined) rows.set(keyOf(change.table, change.after), change.after);
  }

  get changes(): number {
    return this.#seen.size;
  }

  sums(): Record<string, TableSum> {
    return Object.fromEntries(
      Object.entries(SUMMED).map(([name, column]) => {
        const rows = [...(this.#tables.get(name)?.values() ?? [])];
        return [name, { rows: rows.length, total: sum(rows.map((row) => String(row[column]))) }];
      }),
    );
  }
}

function keyOf(table: string, row: Json): string {
  return table === 'order_items' ? `${row.order_id} ${row.line}` : `${row.id}`;
}

/** Exact, with as many digits behind the point as the numbers have. */
function sum(numbers: readonly string[]): string {
  const scale = Math.max(0, ...numbers.map((each) => each.split('.')[1]?.length ?? 0));
  const total = numbers.reduce((all, each) => all + BigInt(each.replace('.', '')), 0n);
  const digits = String(total).padStart(scale + 1, '0');
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
