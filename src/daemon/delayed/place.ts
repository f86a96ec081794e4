import { parsePoint } from '../../config/point.js';
import type { Dialect } from '../../core/dialect.js';
import { RowtideError } from '../../core/errors.js';
import type { AnyGtid } from '../../core/gtid.js';
import type { Source } from '../../core/source.js';
import type { Transaction } from '../../core/transaction.js';
import type { Notable } from '../../guard/look-ahead.js';
import { ddlOf } from '../../guard/statement.js';
import { parseGtid } from '../skip.js';
import { transactionText } from '../status.js';

/** Up to where a person wants everything to be applied at once; the place itself is not applied any more. */
export type Place =
  | { readonly kind: 'gtid'; readonly gtid: AnyGtid }
  | { readonly kind: 'time'; readonly timeUs: number }
  | { readonly kind: 'statement'; readonly text: string };

const BEFORE = /^before:\s*(\S.*)$/is;

/** A GTID, a time, or `before:` and the begin of a statement. */
export function parsePlace(text: string): Place {
  const [, statement] = BEFORE.exec(text) ?? [];
  if (statement !== undefined) return { kind: 'statement', text: statement };
  const point = parsePoint(text);
  if (point.kind === 'time') return point;
  if (point.kind === 'gtid' || point.kind === 'mariadb-gtid') return { kind: 'gtid', gtid: parseGtid(text) };
  throw new RowtideError('USAGE', `not a place to stop before: ${JSON.stringify(text)}`, {
    hint: "Give a GTID, a time (2026-11-20 10:15:00), or a statement: 'before:DROP TABLE shop.orders'.",
  });
}

/** The first of those that wait which is meant by a text such as `DROP TABLE shop.orders`, or `DELETE FROM shop.orders`. */
export function notableMeant(text: string, notables: readonly Notable[]): Notable | undefined {
  const meant = meaningOf(text);
  return notables.find(({ contents }) =>
    [
      ...contents.statements.map((each) => each.ddl),
      ...contents.deletes.map(({ table }) => ({ verb: 'DELETE FROM', tables: [table], schema: null })),
      ...contents.unconditional.map((each) => ({ ...meaningOf(each.text), tables: [each.table] })),
    ].some((logged) => isMeant(logged, meant)),
  );
}

interface Meaning {
  readonly verb: string;
  readonly tables: readonly { readonly schema: string | null; readonly name: string }[];
  readonly schema: string | null;
}

const ANY: Dialect = {
  flavour: 'mysql',
  version: 99_999,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};
const ROWS = /^\s*(DELETE\s+FROM|UPDATE)\s+(?:`?([^`.\s]+)`?\.)?`?([^`.\s;]+)`?/i;

function meaningOf(text: string): Meaning {
  const [, verb, schema = null, name] = ROWS.exec(text) ?? [];
  if (verb === undefined || name === undefined) return ddlOf(text, ANY, null);
  return { verb: verb.toUpperCase().replace(/\s+/g, ' '), tables: [{ schema, name }], schema: null };
}

/** Names that are not given may be any. */
function isMeant(logged: Meaning, meant: Meaning): boolean {
  if (logged.verb !== meant.verb) return false;
  if (meant.schema !== null) return logged.schema === meant.schema;
  return meant.tables.every(({ schema, name }) =>
    logged.tables.some((table) => table.name === name && (schema === null || table.schema === schema)),
  );
}

/** Ends the source before a transaction, by its GTID or its place in the log. */
export function before(source: Source, key: string): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      for await (const transaction of source.read(from, signal)) {
        if (keyOf(transaction) === key) {
          transaction.release();
          return;
        }
        yield transaction;
      }
    },
  };
}

/** What tells a transaction from all others: its GTID, or file:offset. */
export function keyOf(transaction: Pick<Transaction, 'gtid' | 'span'>): string {
  return transactionText(transaction);
}
