import type { Row, Value } from '../core/change.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Table } from '../core/table.js';
import { codecsOf } from './codec.js';
import { valueVisitor } from './value.js';

/** One cell's value; the cell is neither NULL nor absent. */
type ReadCell = (bytes: Buffer, at: number, end: number) => Value;

/** Makes row objects of one table version. */
export interface RowReader {
  read(image: Image): Partial<Row>;
}

const readers = new WeakMap<Table, RowReader>();

export function rowReader(table: Table): RowReader {
  let reader = readers.get(table);
  if (reader === undefined) {
    const cells = cellReaders(table);
    const names = table.columns.map((column) => column.name);
    const whole = literalReader(names, cells) ?? ((image: Image) => readEach(image, names, cells));
    reader = { read: (image) => (isWhole(image) ? whole(image) : readEach(image, names, cells)) };
    readers.set(table, reader);
  }
  return reader;
}

export function cellReaders(table: Table): ReadCell[] {
  return table.columns.map((column, i) => {
    const codec = codecsOf(table)[i]!;
    const visitor = valueVisitor(table, column);
    return (bytes, at, end) => codec.read<Value>(bytes, at, end, visitor, null);
  });
}

/** Absent columns are the same for all rows of an event, so one look at each is cheap next to decoding. */
function isWhole(image: Image): boolean {
  const { at } = image;
  for (let i = 0; i < at.length; i++) if (at[i] === ABSENT_CELL) return false;
  return true;
}

function readEach(image: Image, names: readonly string[], cells: readonly ReadCell[]): Partial<Row> {
  const row: Partial<Row> = {};
  for (let i = 0; i < names.length; i++) {
    const at = image.at[i]!;
    if (at === ABSENT_CELL) continue;
    const value = at === NULL_CELL ? null : cells[i]!(image.bytes, at, image.end[i]!);
    // A column may be called __proto__; assigning would set the prototype instead.
    Object.defineProperty(row, names[i]!, { value, enumerable: true, writable: true, configurable: true });
  }
  return row;
}

/**
 * A function that is one object literal: all rows share a hidden class, 1.4 times as fast as `row[name] = value`. The
 * only code that is generated in Rowtide; names go in as quoted keys (and `__proto__` as a computed one, which is an
 * own property). Null where eval is forbidden.
 */
function literalReader(names: readonly string[], cells: readonly ReadCell[]): ((image: Image) => Row) | null {
  const fields = names.map(
    (name, i) => `[${JSON.stringify(name)}]: (p = at[${i}]) < 0 ? null : c${i}(b, p, end[${i}])`,
  );
  const quoted = fields.map((field, i) =>
    names[i] === '__proto__' ? field : field.replace(/^\[("(?:[^"\\]|\\.)*")\]/, '$1'),
  );
  const body = `return function (image) { const b = image.bytes, at = image.at, end = image.end; let p; return { ${quoted.join(', ')} }; };`;
  try {
    return new Function(...cells.map((_, i) => `c${i}`), body)(...cells) as (image: Image) => Row;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}
