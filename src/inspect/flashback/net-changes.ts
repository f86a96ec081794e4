import { createHash } from 'node:crypto';
import type { Image } from '../../core/image.js';
import type { Rows } from '../../core/transaction.js';
import { type RowSql, rowSql } from './undo-sql.js';

/** Where conditions wait, which would be too many for memory. */
export interface Texts {
  append(text: string): number;
  read(at: number): string;
}

/** What a range did to one row, or to `count` rows that look alike in a table without a key. Conditions are SQL. */
export interface NetChange {
  /** The table's name, quoted. */
  readonly table: string;
  /** The condition that only this row meets, whatever else it holds; null in a table without a key. */
  readonly key: string | null;
  /** The row as it was in front of the range; null: there was none. */
  readonly before: string | null;
  /** The row as the range left it; null: there is none. */
  readonly after: string | null;
  readonly count: number;
}

interface Stored {
  readonly at: number;
  readonly digest: string;
}

interface Net {
  before: Stored | null;
  after: Stored | null;
}

interface TableNet {
  readonly byKey: Map<string, Net>;
  /** Of a table without a key, by what the row holds now. */
  readonly byContent: Map<string, Net[]>;
  readonly gone: Net[];
}

/**
 * Folds the changes of a range into one for each row: its keys are held in memory, all else in `texts`. Rows without a
 * key are told by what they hold.
 */
export class NetChanges {
  readonly #texts: Texts;
  readonly #tables = new Map<string, TableNet>();

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  /** In log order. */
  add(rows: Rows, place: string): void {
    const sql = rowSql(rows.table);
    const where = `${place}: the ${rows.op} in ${rows.table.schema}.${rows.table.name}`;
    const net = this.#table(sql.name);
    const cursor = rows.cursor();
    const { before, after } = cursor;
    const [was, is] = [before === null ? null : [before], after === null ? null : [after, ...(before ? [before] : [])]];
    while (cursor.next()) {
      const [old, now] = [was && this.#content(sql, was, where), is && this.#content(sql, is, where)];
      if (!sql.hasKey) replaceContent(net, old, now);
      else
        replaceKeyed(net.byKey, { old, now, was: was && sql.exactKey(was, where), is: is && sql.exactKey(is, where) });
    }
  }

  *entries(): Generator<NetChange> {
    for (const [table, { byKey, byContent, gone }] of this.#tables) {
      for (const [key, net] of byKey)
        if (net.before !== null || net.after !== null) yield this.#entry(table, key, net, 1);
      const alike = new Map<string, { net: Net; count: number }>();
      for (const net of [...gone, ...[...byContent.values()].flat()]) {
        const name = `${net.before?.digest ?? ''}>${net.after?.digest ?? ''}`;
        alike.set(name, { net, count: (alike.get(name)?.count ?? 0) + 1 });
      }
      for (const { net, count } of alike.values()) yield this.#entry(table, null, net, count);
    }
  }

  #entry(table: string, key: string | null, { before, after }: Net, count: number): NetChange {
    const textOf = (stored: Stored | null): string | null => stored && this.#texts.read(stored.at);
    return { table, key, before: textOf(before), after: textOf(after), count };
  }

  #content(sql: RowSql, images: readonly Image[], where: string): Stored {
    const text = sql.whole(images, where);
    return { at: this.#texts.append(text), digest: createHash('sha256').update(text).digest('base64') };
  }

  #table(name: string): TableNet {
    let net = this.#tables.get(name);
    if (net === undefined) {
      net = { byKey: new Map(), byContent: new Map(), gone: [] };
      this.#tables.set(name, net);
    }
    return net;
  }
}

interface Step {
  readonly old: Stored | null;
  readonly now: Stored | null;
  readonly was: string | null;
  readonly is: string | null;
}

function replaceKeyed(byKey: Map<string, Net>, { old, now, was, is }: Step): void {
  if (was !== null && was !== is) reach(byKey, was, old, null);
  if (is !== null) reach(byKey, is, was === is ? old : null, now);
}

function reach(byKey: Map<string, Net>, key: string, before: Stored | null, after: Stored | null): void {
  const net = byKey.get(key);
  if (net === undefined) byKey.set(key, { before, after });
  else net.after = after;
}

function replaceContent({ byContent, gone }: TableNet, old: Stored | null, now: Stored | null): void {
  const net = (old && byContent.get(old.digest)?.pop()) ?? { before: old, after: null };
  net.after = now;
  if (now !== null) {
    const alike = byContent.get(now.digest);
    if (alike === undefined) byContent.set(now.digest, [net]);
    else alike.push(net);
  } else if (net.before !== null) gone.push(net);
}
