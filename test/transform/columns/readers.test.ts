/** Every reader sees the columns that are left, and what became of their values; the model works on values alone. */
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { changes } from '../../../src/column/changes.js';
import { isCharacter } from '../../../src/column/types.js';
import type { Row, Value } from '../../../src/core/change.js';
import { InvalidText } from '../../../src/core/invalid-text.js';
import type { Column, Table } from '../../../src/core/table.js';
import type { Transaction } from '../../../src/core/transaction.js';
import { jsonFormat } from '../../../src/format/json.js';
import { LineWriter } from '../../../src/format/lines.js';
import { fileLog } from '../../../src/source/files.js';
import { type ColumnOptions, columnActions } from '../../../src/transform/columns/actions.js';
import fc from '../../properties.js';
import { scaled } from '../../roundtrip/random.js';
import { stream } from '../../roundtrip/stream.js';

const KEY = 'sesame';
const MASK = 'm"ä😀';
const LENGTH_MAX = 3;

type Action = 'keep' | 'exclude' | 'mask' | 'null' | 'hash' | 'truncate';
type Actions = ReadonlyMap<string, Action>;

const RECORDINGS = ['types-9.7', 'types-5.7', 'shop-9.7', 'minimal-compressed-9.7'];
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}.binlog`, import.meta.url));

/** Everything that readers make of a recording: row objects, and JSON with its keys. */
interface Read {
  readonly rows: readonly { table: Table; before: Partial<Row> | null; after: Partial<Row> | null }[];
  readonly json: readonly { key: string; value: { before?: object; after?: object; diffs?: object } }[];
}

async function read(name: string, actions: ColumnOptions, memoryBytesMax: number): Promise<Read> {
  const rows: Read['rows'][number][] = [];
  const json: Read['json'][number][] = [];
  const transform = columnActions(actions);
  for await (const original of stream(fileLog({ paths: [fixture(name)] }), {
    mode: { kind: 'none' },
    memoryBytesMax,
  })) {
    const transaction = transform(original);
    for (const change of changes(transaction)) {
      if (change.kind === 'statement') continue;
      const before = 'before' in change ? change.before : null;
      const after = 'after' in change ? change.after : null;
      rows.push({ table: change.table, before, after });
    }
    json.push(...(await jsonOf(transaction)));
  }
  return { rows, json };
}

const { signal } = new AbortController();

async function jsonOf(transaction: Transaction): Promise<Read['json']> {
  let text = '';
  for await (const chunk of new LineWriter(jsonFormat).chunks([transaction], signal)) text += chunk.toString();
  const lines = text.split('\n').filter(Boolean);
  const values = lines.map((line) => JSON.parse(line)).filter(({ op }) => op !== 'statement');
  const keys = [...transaction.entries].flatMap((entry) => {
    if (entry.kind === 'statement') return [];
    const writer = jsonFormat.rows(transaction, entry);
    const found: string[] = [];
    for (const cursor = entry.cursor(); cursor.next(); ) {
      const out = Buffer.alloc(writer.bytesMax(cursor) + 8);
      found.push(out.toString('utf8', 0, writer.key(out, 0, cursor)));
    }
    return found;
  });
  return values.map((value, i) => ({ key: keys[i]!, value }));
}

function possible(column: Column, table: Table): Action[] {
  if (table.primaryKey.includes(column.ordinal)) return ['keep', 'hash'];
  const cut: Action[] = isCharacter(column.type) ? ['truncate'] : [];
  // A table of no columns is refused.
  const dropped: Action[] = column.ordinal === 0 ? [] : ['exclude'];
  return ['keep', 'mask', 'null', 'hash', ...dropped, ...cut];
}

const nameOf = (table: Table, column: Column): string => `${table.schema}.${table.name}.${column.name}`;

/** With a wildcard in it, since not all versions of a table have all columns. */
const patternOf = (name: string): string => `*${name.slice(name.indexOf('.'))}`;

function optionsOf(actions: Actions): ColumnOptions {
  const of = (wanted: Action): string[] =>
    [...actions].filter(([, action]) => action === wanted).map(([name]) => patternOf(name));
  const all = (names: readonly string[], value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  return {
    exclude: of('exclude'),
    mask: { ...all(of('mask'), MASK), ...all(of('null'), null) } as Record<string, string | null>,
    hash: of('hash'),
    hashKey: KEY,
    truncate: all(of('truncate'), LENGTH_MAX) as Record<string, number>,
  };
}

function made(action: Action, value: Value): Value {
  if (value === null || action === 'null') return null;
  switch (action) {
    case 'mask':
      return MASK;
    case 'hash': {
      const text = value instanceof InvalidText ? value.bytes : value instanceof Uint8Array ? value : String(value);
      return createHmac('sha256', KEY).update(text).digest('hex');
    }
    case 'truncate':
      return value instanceof Uint8Array
        ? value.slice(0, LENGTH_MAX)
        : Array.from(String(value)).slice(0, LENGTH_MAX).join('');
    default:
      return value;
  }
}

/** `shown`: how the values stand in another form of the same row, where they are as they were. */
function model(row: Partial<Row> | null, facts: { table: Table; actions: Actions }, shown = row): object | undefined {
  if (row === null) return undefined;
  const cells = facts.table.columns.flatMap((column) => {
    const value = row[column.name];
    const action = facts.actions.get(nameOf(facts.table, column)) ?? 'keep';
    if (value === undefined || action === 'exclude') return [];
    if (action === 'keep') return [[column.name, shown?.[column.name]]];
    const changed = made(action, value);
    return [
      [
        column.name,
        shown === row || !(changed instanceof Uint8Array) ? changed : Buffer.from(changed).toString('base64'),
      ],
    ];
  });
  return Object.fromEntries(cells);
}

describe.each(RECORDINGS)('%s', (name) => {
  test('is read with random actions as the model says, from memory and from the spool', async () => {
    const original = await read(name, {}, 1e9);
    const columns = new Map(
      original.rows.flatMap(({ table }) =>
        table.columns.map((column) => [nameOf(table, column), possible(column, table)] as const),
      ),
    );
    const choices = [...columns].map(([column, actions]) =>
      fc.constantFrom(...actions).map((action) => [column, action] as const),
    );
    expect(original.rows.length).toBeGreaterThan(3);
    await fc.assert(
      fc.asyncProperty(fc.tuple(...choices), fc.constantFrom(1, 1e9), async (chosen, memoryBytesMax) => {
        const actions: Actions = new Map(chosen);
        const changed = await read(name, optionsOf(actions), memoryBytesMax);
        expect(changed.rows.length).toBe(original.rows.length);
        for (const [i, { table, before, after }] of original.rows.entries()) {
          const facts = { table, actions };
          const found = changed.rows[i]!;
          expect({ before: found.before, after: found.after }).toEqual({
            before: model(before, facts) ?? null,
            after: model(after, facts) ?? null,
          });
          const shown = original.json[i]!.value;
          const json = changed.json[i]!;
          expect(json.value.before).toEqual(model(before, facts, shown.before as Row));
          expect(json.value.after).toEqual(model(after, facts, shown.after as Row));
          const key = table.primaryKey.map((ordinal) => actions.get(nameOf(table, table.columns[ordinal]!)));
          if (key.includes('hash')) expect(json.key).toMatch(/:"[0-9a-f]{64}"/);
          else expect(json.key).toBe(original.json[i]!.key);
        }
      }),
      { numRuns: scaled(15) },
    );
  });
});
