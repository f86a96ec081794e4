import type { Row, Value } from '../core/change.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import { codecsOf } from './codec.js';
import { valueVisitor } from './value.js';
import type { Codec, Visitor } from './visitor.js';

/** Makes row objects of one table version. */
export interface RowReader {
  read(image: Image): Partial<Row>;
}

const readers = new WeakMap<Table, RowReader>();

export function rowReader(table: Table): RowReader {
  let reader = readers.get(table);
  if (reader === undefined) {
    const cells = table.columns.map((column, i) => ({
      name: column.name,
      codec: codecsOf(table)[i]!,
      visitor: valueVisitor(table, column),
    }));
    const whole = literalReader(cells) ?? ((image: Image) => readEach(image, cells));
    reader = { read: (image) => (isWhole(image) ? whole(image) : readEach(image, cells)) };
    readers.set(table, reader);
  }
  return reader;
}

interface Cell {
  readonly name: string;
  readonly codec: Codec;
  readonly visitor: Visitor<Value>;
}

/** Absent columns are the same for all rows of an event, so one look at each is cheap next to decoding. */
function isWhole(image: Image): boolean {
  const { at } = image;
  for (let i = 0; i < at.length; i++) if (at[i] === ABSENT_CELL) return false;
  return true;
}

function readEach(image: Image, cells: readonly Cell[]): Partial<Row> {
  const row: Partial<Row> = {};
  for (const [i, { name, codec, visitor }] of cells.entries()) {
    const at = image.at[i]!;
    if (at === ABSENT_CELL) continue;
    const value = at === NULL_CELL ? null : codec.read<Value>(image.bytes, at, image.end[i]!, visitor, null);
    // A column may be called __proto__; assigning would set the prototype instead.
    Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return row;
}

/**
 * A function that is one object literal: all rows share a hidden class, 1.4 times as fast as `row[name] = value`, and
 * each column's codec is called in a place of its own, which lets the engine inline it. The only code that is generated
 * in Rowtide; names go in as quoted keys (and `__proto__` as a computed one, which is an own property). Null where eval
 * is forbidden.
 */
function literalReader(cells: readonly Cell[]): ((image: Image) => Row) | null {
  const fields = cells.map(({ name }, i) => {
    const key = name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
    return `${key}: (p = at[${i}]) < 0 ? null : c${i}.read(b, p, end[${i}], v${i}, null)`;
  });
  const body = `return function (image) {
    const b = image.bytes, at = image.at, end = image.end;
    let p;
    return { ${fields.join(', ')} };
  };`;
  const names = cells.flatMap((_, i) => [`c${i}`, `v${i}`]);
  try {
    return new Function(...names, body)(...cells.flatMap(({ codec, visitor }) => [codec, visitor]));
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}
