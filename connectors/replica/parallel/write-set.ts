import { ABSENT_CELL, type Image, NULL_CELL, type Rows, type Table } from 'rowtide';
import { type CellHash, cellHashOf, shapeOf, UNCOMPARABLE } from './comparison.js';
import { type ForeignKey, type TargetKey, type TargetTable, type TargetTables, tableKey } from './target-table.js';

/** Which unit used a key, or all of it, last. Units are numbers that grow. */
class KeyHistory {
  /** Mixed into the hashes of the key's values. */
  readonly seed: number;
  /** Used some value. */
  any = 0;
  /** Used values nobody can name. */
  all = 0;
  /** The types of its values: bytes of others cannot be compared with them. */
  shape: string | undefined;

  constructor(seed: number) {
    this.seed = seed;
  }
}

/** What a row has to say about one key. */
interface KeyUse {
  readonly history: KeyHistory;
  /** Ordinals of the row's columns and how their cells are hashed; null: nothing can be said about its values. */
  readonly parts: readonly { readonly ordinal: number; readonly hash: CellHash }[] | null;
}

/** What the rows of one version of a table use on the target. */
interface TableUse {
  readonly isTransactional: boolean;
  /** Null: no key tells its rows apart. */
  readonly keys: readonly KeyUse[] | null;
  /** All of them, when `keys` is null. */
  readonly histories: readonly KeyHistory[];
  /** Keys of other tables that its rows lean on. */
  readonly parents: readonly KeyUse[];
  /** Keys of tables whose rows change with its own, when they are deleted or their keys change. */
  readonly cascade: readonly KeyHistory[];
}

const SLOTS = 1 << 17;

/**
 * Says which earlier units a unit has to wait for, by the key values that their rows had and got: of primary and unique
 * keys, and of the keys that foreign keys lead to. Two units that only lean on the same parent do not wait for each other.
 *
 * Values are hashed into tables of a fixed size, which never forget and need not be cleared: what falls together by
 * chance waits without need, and no more.
 */
export class WriteSet {
  readonly #tables: TargetTables;
  readonly #writes = new Float64Array(SLOTS);
  readonly #reads = new Float64Array(SLOTS);
  readonly #histories = new Map<string, KeyHistory>();
  readonly #uses = new WeakMap<Table, TableUse>();
  #unit = 0;
  #after = 0;

  constructor(tables: TargetTables) {
    this.#tables = tables;
  }

  begin(unit: number): void {
    this.#unit = unit;
    this.#after = 0;
  }

  /** `unknown`: the table is not there; `untransactional`: its rows cannot be taken back, whatever their transaction does. */
  add(rows: Rows, target: { readonly schema: string; readonly name: string }): 'added' | 'unknown' | 'untransactional' {
    let use = this.#uses.get(rows.table);
    if (use === undefined) {
      const table = this.#tables.find(target.schema, target.name);
      if (table === undefined) return 'unknown';
      use = this.#useOf(rows.table, table);
      this.#uses.set(rows.table, use);
    }
    if (!use.isTransactional) return 'untransactional';
    if (rows.op === 'delete') this.#all(use.cascade);
    if (use.keys === null) {
      this.#all(use.histories);
      if (rows.op !== 'insert') this.#all(use.cascade);
      if (use.parents.length === 0) return 'added';
    }
    const cursor = rows.cursor();
    while (cursor.next()) this.#row(use, cursor.before, cursor.after);
    return 'added';
  }

  /** The last earlier unit that has to be done before this one; 0 for none. */
  end(): number {
    return this.#after;
  }

  #row({ keys, parents, cascade }: TableUse, before: Image | null, after: Image | null): void {
    for (const key of keys ?? []) {
      if (before === null) this.#write(key.history, hashOf(key, after!));
      else if (after === null) this.#write(key.history, hashOf(key, before));
      else if (this.#update(key, before, after)) this.#all(cascade);
    }
    for (const key of parents) {
      if (before === null) this.#read(key.history, hashOf(key, after!));
      else if (after === null) this.#read(key.history, hashOf(key, before));
      else if (isTouched(key, after)) this.#lean(key, before, after);
    }
  }

  /** True where the row's value may be another one now. */
  #update(key: KeyUse, before: Image, after: Image): boolean {
    const from = hashOf(key, before);
    if (!isTouched(key, after)) {
      if (from !== NOT_LOGGED) this.#write(key.history, from);
      return false;
    }
    this.#write(key.history, from);
    const to = hashOf(key, after, before);
    if (to === from && to >= 0) return false;
    this.#write(key.history, to);
    return true;
  }

  /** The server looks for the parent only where the row gets another one. */
  #lean(key: KeyUse, before: Image, after: Image): void {
    const from = hashOf(key, before);
    const to = hashOf(key, after, before);
    if (to === from && to >= 0) return;
    this.#read(key.history, from);
    this.#read(key.history, to);
  }

  #write(history: KeyHistory, hash: number): void {
    if (hash === NOT_THERE) return;
    if (hash < 0) this.#one(history);
    else {
      const slot = hash % SLOTS;
      this.#wait(history.all);
      this.#wait(this.#writes[slot]!);
      this.#wait(this.#reads[slot]!);
      this.#writes[slot] = this.#unit;
      history.any = this.#unit;
    }
  }

  #read(history: KeyHistory, hash: number): void {
    if (hash === NOT_THERE) return;
    if (hash < 0) this.#one(history);
    else {
      const slot = hash % SLOTS;
      this.#wait(history.all);
      this.#wait(this.#writes[slot]!);
      this.#reads[slot] = this.#unit;
      history.any = this.#unit;
    }
  }

  #all(histories: readonly KeyHistory[]): void {
    for (const history of histories) this.#one(history);
  }

  #one(history: KeyHistory): void {
    this.#wait(history.any);
    this.#wait(history.all);
    history.all = this.#unit;
    history.any = this.#unit;
  }

  #wait(unit: number): void {
    if (unit > this.#after && unit < this.#unit) this.#after = unit;
  }

  #useOf(source: Table, target: TargetTable): TableUse {
    const isIdentity = ({ parts }: TargetKey): boolean =>
      parts.every(({ column }) => target.columns.some((each) => each.name === column && !each.isNullable));
    return {
      isTransactional: target.isTransactional,
      keys: target.keys.some(isIdentity) ? target.keys.map((key) => this.#keyUse(source, target, key)) : null,
      histories: this.#historiesOf(target),
      parents: target.foreignKeys.flatMap((key) => this.#parentUses(source, target, key)),
      cascade: this.#tables.cascade(target).flatMap((each) => this.#historiesOf(each)),
    };
  }

  #keyUse(source: Table, target: TargetTable, { name, parts }: TargetKey): KeyUse {
    const found = parts.map(({ column, prefix }) => partOf(source, target, { column, prefix }));
    // What the target adds is the same for all rows of a source; but those who lean on it may know it by its name.
    const known = this.#tables.isParent(target) ? found : found.filter((each) => each !== 'added');
    return useOf(this.#history(target, name), known);
  }

  /** As the parent's own key sees them. */
  #parentUses(source: Table, target: TargetTable, { columns, parent, parentColumns }: ForeignKey): KeyUse[] {
    const table = this.#tables.find(parent.schema, parent.name);
    if (table === undefined) return [];
    const key = table.keys.find(
      ({ parts }) =>
        parts.length === parentColumns.length &&
        parts.every(({ column, prefix }) => column !== null && prefix === null && parentColumns.includes(column)),
    );
    // InnoDB lets foreign keys lead to keys that are not unique: then nothing can be said about its values.
    if (key === undefined) return this.#historiesOf(table).map((history) => ({ history, parts: null }));
    const found = key.parts.map(({ column }) =>
      partOf(source, target, { column: columns[parentColumns.indexOf(column!)] ?? null, prefix: null }),
    );
    return [useOf(this.#history(table, key.name), found)];
  }

  /** Of a table without keys there is one, too. */
  #historiesOf(target: TargetTable): KeyHistory[] {
    const names = target.keys.length === 0 ? [''] : target.keys.map(({ name }) => name);
    return names.map((name) => this.#history(target, name));
  }

  #history(table: { readonly schema: string; readonly name: string }, key: string): KeyHistory {
    const place = `${tableKey(table)}\0${key}`;
    let history = this.#histories.get(place);
    if (history === undefined) {
      history = new KeyHistory(Math.imul(this.#histories.size + 1, GOLDEN) >>> 0);
      this.#histories.set(place, history);
    }
    return history;
  }
}

const GOLDEN = 0x9e3779b1;

/** Beside UNCOMPARABLE, in place of a hash: the row has no such value, or the log does not say which. */
const NOT_THERE = -2;
const NOT_LOGGED = -3;

interface Part {
  readonly ordinal: number;
  readonly hash: CellHash;
  readonly shape: string;
}

function useOf(history: KeyHistory, parts: readonly (Part | 'added' | null)[]): KeyUse {
  const known = parts.filter((part) => part !== null && part !== 'added');
  const shape = known.map((part) => part.shape).join();
  history.shape ??= shape;
  const isKnown = known.length === parts.length && parts.length > 0 && history.shape === shape;
  return { history, parts: isKnown ? known : null };
}

/** `added`: a column of the target's that the source does not have. Null: its values cannot be compared. */
function partOf(
  source: Table,
  target: TargetTable,
  { column, prefix }: { column: string | null; prefix: number | null },
): Part | 'added' | null {
  const place = target.columns.findIndex(({ name }) => name === column);
  const found = target.columns[place];
  if (found === undefined || found.isGenerated) return null;
  const isOf = ({ name, ordinal }: { name: string; ordinal: number }): boolean =>
    source.names === 'ordinal' ? ordinal === place : name.toLowerCase() === found.name.toLowerCase();
  const own = source.columns.find(isOf);
  if (own === undefined) return 'added';
  const hash = cellHashOf(own, found, prefix);
  return hash === null ? null : { ordinal: own.ordinal, hash, shape: shapeOf(own) };
}

/** NULL is equal to nothing. A cell that is not in the image is that of the `other` one. */
function hashOf({ history, parts }: KeyUse, image: Image, other: Image = image): number {
  if (parts === null) return UNCOMPARABLE;
  let hash = history.seed;
  for (const { ordinal, hash: mix } of parts) {
    const from = image.at[ordinal] === ABSENT_CELL ? other : image;
    const at = from.at[ordinal]!;
    if (at === NULL_CELL) return NOT_THERE;
    if (at === ABSENT_CELL) return NOT_LOGGED;
    hash = mix(hash, from.bytes, at, from.end[ordinal]!);
    if (hash === UNCOMPARABLE) return UNCOMPARABLE;
  }
  return scatter(hash);
}

/** An update that logs only what it changed (MINIMAL) leaves a key as it is that it does not log. */
function isTouched({ parts }: KeyUse, after: Image): boolean {
  if (parts === null) return true;
  for (const { ordinal } of parts) if (after.at[ordinal] !== ABSENT_CELL) return true;
  return false;
}

/** So that the low bits, by which a slot is found, depend on all of them. */
function scatter(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
