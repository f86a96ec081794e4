import { copyShort, writeAscii } from '../column/ascii-write.js';
import { isJsonNull } from '../column/json-binary.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../column/json-text.js';
import { JSON_DOCUMENT } from '../column/types.js';
import type { Image } from '../core/image.js';
import type { JsonDiff, RowDiffs } from '../core/json-diff.js';
import type { Table } from '../core/table.js';
import type { RowCursor } from '../core/transaction.js';
import { embrace } from './json-cells.js';

/** Names and punctuation of a diff or a list, generously. */
const FRAME_BYTES_MAX = 48;

/**
 * What our JSON says of a row's JSON columns beside their documents:
 *
 *   "jsonNull":{"after":["detail"]}    these are documents that are JSON null; any other null is SQL NULL
 *   "diffs":{"detail":[{"op":"replace","path":"$.a","value":1},{"op":"remove","path":"$.b"}]}
 *
 * Each is only there when it has something to say.
 */
export class JsonDocuments {
  readonly #columns: readonly number[];
  /** `"name"` of each column. */
  readonly #names: readonly Buffer[];
  readonly #fixedBytesMax: number;

  constructor(table: Table) {
    this.#columns = table.columns.flatMap(({ type, ordinal }) => (type === JSON_DOCUMENT ? [ordinal] : []));
    this.#names = table.columns.map(({ name }) => Buffer.from(JSON.stringify(name)));
    this.#fixedBytesMax = this.#columns.reduce((sum, i) => sum + 2 * (this.#names[i]!.length + 1), 2 * FRAME_BYTES_MAX);
  }

  get isEmpty(): boolean {
    return this.#columns.length === 0;
  }

  bytesMax(diffs: RowDiffs | null): number {
    let sum = this.#fixedBytesMax;
    if (diffs === null) return sum;
    for (const [column, list] of diffs) {
      sum += this.#names[column]!.length + FRAME_BYTES_MAX;
      for (const diff of list) sum += diffBytesMax(diff);
    }
    return sum;
  }

  write(out: Buffer, at: number, { before, after, diffs }: RowCursor): number {
    // Nearly no row has any.
    const to = this.#hasNull(before) || this.#hasNull(after) ? this.#writeNulls(out, at, before, after) : at;
    return diffs === null ? to : this.#writeDiffs(out, to, diffs);
  }

  #hasNull(image: Image | null): boolean {
    if (image === null) return false;
    for (const i of this.#columns) if (isJsonNull(image.bytes, image.at[i]!, image.end[i]!)) return true;
    return false;
  }

  #writeNulls(out: Buffer, at: number, before: Image | null, after: Image | null): number {
    const from = writeAscii(out, at, ',"jsonNull":');
    const to = this.#writeNames(out, this.#writeNames(out, from, 'before', before), 'after', after);
    return embrace(out, from, to);
  }

  #writeNames(out: Buffer, at: number, which: string, image: Image | null): number {
    if (image === null || !this.#hasNull(image)) return at;
    const from = writeAscii(out, at, `,"${which}":`);
    let to = from;
    for (const i of this.#columns) {
      if (!isJsonNull(image.bytes, image.at[i]!, image.end[i]!)) continue;
      out[to++] = COMMA;
      to = copyShort(this.#names[i]!, out, to);
    }
    out[from] = OPEN_ARRAY;
    out[to] = CLOSE_ARRAY;
    return to + 1;
  }

  #writeDiffs(out: Buffer, at: number, diffs: RowDiffs): number {
    const from = writeAscii(out, at, ',"diffs":');
    let to = from;
    for (const [column, list] of diffs) {
      out[to++] = COMMA;
      to = writeAscii(out, copyShort(this.#names[column]!, out, to), ':[');
      for (const [i, diff] of list.entries()) {
        if (i > 0) out[to++] = COMMA;
        to = writeDiff(out, to, diff);
      }
      out[to++] = CLOSE_ARRAY;
    }
    return embrace(out, from, to);
  }
}

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

function diffBytesMax({ path, value }: JsonDiff): number {
  const valueBytesMax = value === null ? 0 : value.length * JSON_TEXT_EXPANSION + JSON_TEXT_SLACK;
  return FRAME_BYTES_MAX + Buffer.byteLength(JSON.stringify(path)) + valueBytesMax;
}

function writeDiff(out: Buffer, at: number, { op, path, value }: JsonDiff): number {
  let to = at + out.write(`{"op":"${op}","path":${JSON.stringify(path)}`, at);
  if (value !== null) {
    to = writeJsonText(out, writeAscii(out, to, ',"value":'), { bytes: value, from: 0, to: value.length });
  }
  return writeAscii(out, to, '}');
}
