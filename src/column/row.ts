import type { Row, Value } from '../core/change.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../core/image.js';
import type { Column, Table } from '../core/table.js';
import { charsetOf } from './charset.js';
import { codecsOf } from './codec.js';
import * as type from './types.js';
import { valueVisitor } from './value.js';
import { type Codec, SHORT_TEXT_BYTES_MAX, type Visitor } from './visitor.js';

/** Makes a row object of the image's cells as they are now. */
export type ReadRow = (image: Image) => Partial<Row>;

/** `whole` reads images that have every column. */
interface Readers {
  readonly whole: ReadRow;
  readonly partial: ReadRow;
}

const readersOfLasting = new WeakMap<Table, Readers>();
const readersOfReused = new WeakMap<Table, Readers>();

/** For the images of one event, which all have the same columns. */
export function rowReader(table: Table, image: Image): ReadRow {
  const ofLasting = image.isLasting === true;
  const known = ofLasting ? readersOfLasting : readersOfReused;
  let readers = known.get(table);
  if (readers === undefined) {
    readers = readersFor(table, { ofLasting });
    known.set(table, readers);
  }
  return isWhole(image) ? readers.whole : readers.partial;
}

/** `includes` is a call out of the engine's own code, once for each event. */
function isWhole({ at }: Image): boolean {
  for (let i = 0; i < at.length; i++) if (at[i] === ABSENT_CELL) return false;
  return true;
}

function readersFor(table: Table, options: { ofLasting: boolean }): Readers {
  const cells = table.columns.map((column, i) => ({
    name: column.name,
    codec: codecsOf(table)[i]!,
    visitor: valueVisitor(table, column, options),
    isShortText: isShortText(column, codecsOf(table)[i]!),
  }));
  const partial: ReadRow = (each) => readEach(each, cells);
  return { whole: generatedReader(cells) ?? partial, partial };
}

interface Cell {
  readonly name: string;
  readonly codec: Codec;
  readonly visitor: Visitor<Value>;
  readonly isShortText: boolean;
}

function isShortText(column: Column, codec: Codec): boolean {
  if (!('write' in codec)) return false;
  return !type.isText(column) || charsetOf(column.collation, column.name).extendsAscii;
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
 * A constructor that names each column: all rows share a hidden class, 1.4 times as fast as `row[name] = value`, and each
 * column's codec is called in a place of its own, which lets the engine inline it. A literal would be as fast, and be put
 * where garbage is collected late (see changes.ts). All values are read before the row is made: what is stored into an
 * object between calls costs a note for the garbage collector. The only code that is generated in Rowtide; names go in as
 * quoted keys. Null where eval is forbidden, and for a column called as what every object has (`__proto__`, `constructor`), which
 * assigning might change or miss.
 *
 * Short texts of a row are written one behind the other and become strings by one native call for all of them, since a
 * call costs as much as 50 characters. Each is a piece of that string: who keeps one keeps the short texts of its row.
 *
 *   const s2 = o; if ((p = at[2]) >= 0) o = c2.write(texts, o, b, p, end[2]);
 *   const s4 = o; …
 *   const text = o === 0 ? '' : texts.utf8Slice(0, o);
 *   // JSON is not always ASCII. Where it is not, there are fewer characters than bytes.
 *   const cut = text.length === o;
 *   const r0 = (p = at[0]) < 0 ? null : c0.read(b, p, end[0], v0, null);
 *   const r2 = (p = at[2]) < 0 ? null : cut && s2 < s4 ? text.substring(s2, s4) : c2.read(b, p, end[2], v2, null); …
 *   return new Row(r0, r2, …);
 */
function generatedReader(cells: readonly Cell[]): ReadRow | null {
  if (cells.some(({ name }) => name in Object.prototype)) return null;
  const texts = textsFor(cells.length * SHORT_TEXT_BYTES_MAX);
  const short = cells.flatMap(({ isShortText }, i) => (isShortText ? [i] : []));
  const writes = short.map(
    (i) => `const s${i} = o; if ((p = at[${i}]) >= 0) o = c${i}.write(texts, o, b, p, end[${i}]);`,
  );
  const reads = cells.map(({ isShortText }, i) => {
    const read = `c${i}.read(b, p, end[${i}], v${i}, null)`;
    const next = short[short.indexOf(i) + 1];
    const to = next === undefined ? 'o' : `s${next}`;
    const value = isShortText ? `cut && s${i} < ${to} ? text.substring(s${i}, ${to}) : ${read}` : read;
    return `const r${i} = (p = at[${i}]) < 0 ? null : ${value};`;
  });
  const results = cells.map((_, i) => `r${i}`).join(', ');
  const body = `function Row(${results}) {
    ${cells.map(({ name }, i) => `this[${JSON.stringify(name)}] = r${i};`).join('\n    ')}
  }
  Row.prototype = Object.prototype;
  return function (image) {
    const b = image.bytes, at = image.at, end = image.end;
    let p, o = 0;
    ${writes.join('\n    ')}
    const text = o === 0 ? '' : texts.utf8Slice(0, o);
    const cut = text.length === o;
    ${reads.join('\n    ')}
    return new Row(${results});
  };`;
  const names = cells.flatMap((_, i) => [`c${i}`, `v${i}`]);
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the one place, see above
    return new Function('texts', ...names, body)(texts, ...cells.flatMap(({ codec, visitor }) => [codec, visitor]));
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

/** A row is read in one go, so that one buffer does for all tables. */
let shared = Buffer.alloc(0);

function textsFor(bytes: number): Buffer {
  if (shared.length < bytes) shared = Buffer.allocUnsafeSlow(bytes);
  return shared;
}
