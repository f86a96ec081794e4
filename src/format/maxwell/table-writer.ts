import { copyShort, writeAscii } from '../../column/ascii-write.js';
import * as type from '../../column/types.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { Table } from '../../core/table.js';
import type { RowCursor } from '../../core/transaction.js';
import { embrace, JsonCells } from '../json-cells.js';
import { cellDiffers } from '../key-change.js';
import { wkt } from '../wkt.js';
import type { MaxwellOptions } from './options.js';
import { MaxwellVisitor, maxwellBytesMax } from './visitor.js';

const DATA = Buffer.from(',"data":');
const OLD = Buffer.from(',"old":');
const PRIMARY_KEY = Buffer.from(',"primary_key":');
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const NULL_BYTES = 4;
const LETTER_N = 0x6e;

/** Writes rows of one table version. */
export class MaxwellTable {
  /** `{"database":"…","table":"…"`, as values and keys of the form hash begin. */
  readonly head: Buffer;
  readonly primaryKeyColumns: string;
  readonly #options: MaxwellOptions;
  readonly #cells: JsonCells;
  readonly #key: readonly number[];
  /** What stands before each value of a key. */
  readonly #keyNames: readonly Buffer[];
  readonly #keyHead: Buffer;
  readonly #keyTail: string;
  readonly #geometries: readonly number[];
  readonly #documents: ReadonlySet<number>;
  readonly #fixedBytesMax: number;

  constructor(table: Table, options: MaxwellOptions) {
    const { schema, name, columns, primaryKey } = table;
    const names = primaryKey.map((i) => columns[i]!.name);
    this.#options = options;
    this.#key = primaryKey;
    this.#cells = new JsonCells(table, {
      visitor: (column) => new MaxwellVisitor(table, column, options),
      bytesMax: maxwellBytesMax,
      repeated: { columns: primaryKey, times: 2 },
    });
    this.head = Buffer.from(JSON.stringify({ database: schema, table: name }).slice(0, -1));
    this.primaryKeyColumns = `,"primary_key_columns":${JSON.stringify(names)}`;
    const isHash = options.kafkaKeyFormat === 'hash';
    this.#keyHead = isHash ? this.head : Buffer.from(`${JSON.stringify([schema, name]).slice(0, -1)},[`);
    this.#keyTail = isHash ? '}' : ']]';
    this.#keyNames = names.map((each, i) => {
      const keyName = each.toLowerCase();
      return Buffer.from(
        isHash ? `,${JSON.stringify(`pk.${keyName}`)}:` : `${i > 0 ? ',' : ''}{${JSON.stringify(keyName)}:`,
      );
    });
    this.#geometries = ordinalsOf(table, type.GEOMETRY);
    this.#documents = new Set(ordinalsOf(table, type.JSON_DOCUMENT));
    const keyBytes = this.#keyNames.reduce((sum, each) => sum + each.length + 2, this.#keyHead.length);
    this.#fixedBytesMax = keyBytes + DATA.length + OLD.length + PRIMARY_KEY.length + 8;
  }

  bytesMax({ before, after }: RowCursor): number {
    return this.#fixedBytesMax + this.#imageBytesMax(before) + this.#imageBytesMax(after);
  }

  /** `{"database":"d","table":"t","pk.id":4}` or `["d","t",[{"id":4}]]`; nothing without a primary key. */
  key(out: Buffer, at: number, cursor: RowCursor): number {
    if (this.#key.length === 0) return at;
    let to = copyShort(this.#keyHead, out, at);
    for (const [k, i] of this.#key.entries()) {
      to = this.#valueOf(out, copyShort(this.#keyNames[k]!, out, to), cursor, i);
      if (this.#options.kafkaKeyFormat === 'array') out[to++] = 0x7d;
    }
    return writeAscii(out, to, this.#keyTail);
  }

  primaryKey(out: Buffer, at: number, cursor: RowCursor): number {
    const from = copyShort(PRIMARY_KEY, out, at);
    let to = from;
    for (const i of this.#key) {
      out[to++] = COMMA;
      to = this.#valueOf(out, to, cursor, i);
    }
    if (to === from) to++;
    out[from] = OPEN_ARRAY;
    out[to] = CLOSE_ARRAY;
    return to + 1;
  }

  /** What the row is now, or was, and of an update what changed. */
  data(out: Buffer, at: number, { before, after }: RowCursor): number {
    const from = copyShort(DATA, out, at);
    const now = after ?? before;
    if (now === null) return embrace(out, from, from);
    let to = this.#members(out, from, now, (i) => now.at[i] !== ABSENT_CELL);
    if (before === null || after === null) return embrace(out, from, to);
    // A MINIMAL before image says which row it is: the after image lacks what stayed.
    to = this.#members(out, to, before, (i) => before.at[i] !== ABSENT_CELL && after.at[i] === ABSENT_CELL);
    to = embrace(out, from, to);
    return this.#changes(before, after) ? this.#old(out, to, before, after) : to;
  }

  #old(out: Buffer, at: number, before: Image, after: Image): number {
    const from = copyShort(OLD, out, at);
    return embrace(
      out,
      from,
      this.#members(out, from, before, (i) => cellDiffers(before, after, i)),
    );
  }

  #changes(before: Image, after: Image): boolean {
    for (let i = 0; i < before.at.length; i++) if (cellDiffers(before, after, i)) return true;
    return false;
  }

  #members(out: Buffer, at: number, image: Image, isThere: (ordinal: number) => boolean): number {
    let to = at;
    for (let i = 0; i < image.at.length; i++) {
      if (!isThere(i)) continue;
      const end = this.#cells.member(out, to, image, i);
      if (this.#options.outputNulls || !this.#isNull(out, end, image, i)) to = end;
    }
    return to;
  }

  /** SQL NULL, or what is written like it: a zero date, the empty value of an ENUM. A document may well be null. */
  #isNull(out: Buffer, end: number, image: Image, i: number): boolean {
    if (image.at[i] === NULL_CELL) return true;
    return !this.#documents.has(i) && out[end - 1] !== QUOTE && out[end - NULL_BYTES] === LETTER_N;
  }

  /** The after image of a MINIMAL update lacks the key columns that did not change; its before image has them all. */
  #valueOf(out: Buffer, at: number, { before, after }: RowCursor, i: number): number {
    const image = after === null || (after.at[i] === ABSENT_CELL && before !== null) ? before : after;
    if (image === null || image.at[i] === ABSENT_CELL) return writeAscii(out, at, 'null');
    return this.#cells.value(out, at, image, i);
  }

  #imageBytesMax(image: Image | null): number {
    let sum = this.#cells.bytesMax(image);
    if (image === null) return sum;
    for (const i of this.#geometries) {
      if (image.at[i]! >= 0) sum += wkt(image.bytes, image.at[i]!, image.end[i]!).length;
    }
    return sum;
  }
}

const QUOTE = 0x22;

function ordinalsOf({ columns }: Table, columnType: number): number[] {
  return columns.flatMap(({ type: each, ordinal }) => (each === columnType ? [ordinal] : []));
}
