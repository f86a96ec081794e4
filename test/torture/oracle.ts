/** Compares what was delivered with what happened. Pure. */
import type { DeliveredChange, Delivery } from './delivered.js';
import { TABLES } from './load.js';
import type { LoggedChange } from './truth.js';

export interface Evidence {
  /** Every change, in the order of the binlog. */
  readonly logged: readonly LoggedChange[];
  /** The rows at the end, `table/id` → `version/body`. */
  readonly tables: ReadonlyMap<string, string>;
  /** Ledger rows whose commit was acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  readonly delivered: Delivery;
  /** True where not even a crash may repeat a change. */
  readonly exactlyOnce: boolean;
}

/** Ways to break the promise, in words that follow "12 changes". */
export type Violation =
  | 'missing'
  | 'acknowledged, but missing'
  | 'torn'
  | 'that never happened'
  | 'different from the log'
  | 'different from their first delivery'
  | 'out of order'
  | 'repeated'
  | 'that leave another row than the table has';

export interface Finding {
  readonly violation: Violation;
  readonly count: number;
  /** The first one. */
  readonly example: string;
}

export interface Verdict {
  readonly changes: number;
  readonly repeats: number;
  readonly findings: readonly Finding[];
}

/**
 * Every change is there, as it happened; after dropping repeats (same GTID and row number) those of each key are in the
 * log's order; what they leave is what the tables hold. Where nothing may repeat, nothing does, and all is in order.
 */
export function judge(evidence: Evidence): Verdict {
  const findings = new Findings();
  for (const piece of evidence.delivered.torn) findings.add('torn', piece.slice(0, 200));
  const { firsts, repeats } = dropRepeats(evidence, findings);
  findMissing(evidence, firsts, findings);
  findDisorder(evidence, firsts, findings);
  compareTables(evidence, firsts, findings);
  return { changes: evidence.logged.length, repeats, findings: findings.list() };
}

/** Changes by what they are called, in the order of their first delivery. */
type Firsts = ReadonlyMap<string, DeliveredChange>;

function dropRepeats({ delivered, exactlyOnce }: Evidence, findings: Findings): { firsts: Firsts; repeats: number } {
  const firsts = new Map<string, DeliveredChange>();
  let repeats = 0;
  for (const change of delivered.changes) {
    const first = firsts.get(nameOf(change));
    if (first === undefined) {
      firsts.set(nameOf(change), change);
    } else {
      repeats++;
      if (exactlyOnce) findings.add('repeated', show(change));
      if (first.text !== change.text) findings.add('different from their first delivery', change.text);
    }
  }
  return { firsts, repeats };
}

function findMissing({ logged, acknowledged }: Evidence, firsts: Firsts, findings: Findings): void {
  const names = new Set<string>();
  for (const change of logged) {
    names.add(nameOf(change));
    const found = firsts.get(nameOf(change));
    if (found === undefined) findings.add('missing', show(change));
    else if (show(found) !== show(change)) findings.add('different from the log', `${show(found)} for ${show(change)}`);
  }
  for (const [name, change] of firsts) if (!names.has(name)) findings.add('that never happened', show(change));

  const ledger = new Set([...firsts.values()].filter(({ table }) => table === 'ledger').map(({ id }) => id));
  for (const id of acknowledged) {
    if (!ledger.has(String(id))) findings.add('acknowledged, but missing', `row ${id} of ledger`);
  }
}

function findDisorder({ logged, exactlyOnce }: Evidence, firsts: Firsts, findings: Findings): void {
  const places = new Map(logged.map((change, place) => [nameOf(change), place]));
  /** Where in the log each key, or everything, has come to. */
  const reached = new Map<string, { place: number; change: DeliveredChange }>();
  for (const [name, change] of firsts) {
    const place = places.get(name);
    if (place === undefined) continue;
    const queue = exactlyOnce ? '' : keyOf(change);
    const last = reached.get(queue);
    if (last === undefined || last.place < place) reached.set(queue, { place, change });
    else findings.add('out of order', `${show(change)} after ${show(last.change)}`);
  }
}

function compareTables({ tables }: Evidence, firsts: Firsts, findings: Findings): void {
  const folded = new Map<string, string>();
  for (const change of firsts.values()) {
    if (!TABLES.some((table) => table === change.table)) continue;
    if (change.op === 'delete') folded.delete(keyOf(change));
    else folded.set(keyOf(change), `${change.version}/${change.body}`);
  }
  for (const key of new Set([...tables.keys(), ...folded.keys()])) {
    const [expected, found] = [tables.get(key), folded.get(key)];
    if (expected === found) continue;
    findings.add('that leave another row than the table has', `${key}: ${found ?? 'none'} for ${expected ?? 'none'}`);
  }
}

function nameOf({ gtid, row }: LoggedChange): string {
  return `${gtid}/${row}`;
}

function keyOf({ table, id }: LoggedChange): string {
  return `${table}/${id}`;
}

function show({ gtid, row, op, table, id, version }: LoggedChange): string {
  return op === 'statement' ? `${gtid}/${row} statement` : `${gtid}/${row} ${op} ${table}/${id} version ${version}`;
}

class Findings {
  readonly #found = new Map<Violation, { count: number; example: string }>();

  add(violation: Violation, example: string): void {
    const known = this.#found.get(violation);
    if (known === undefined) this.#found.set(violation, { count: 1, example });
    else known.count++;
  }

  list(): Finding[] {
    return [...this.#found].map(([violation, { count, example }]) => ({ violation, count, example }));
  }
}
