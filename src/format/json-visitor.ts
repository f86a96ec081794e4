import { copyShort, writeAscii, writeNumber } from '../column/ascii-write.js';
import { type Charset, charsetOf, invalidText } from '../column/charset.js';
import { shortestFloat } from '../column/double-text.js';
import { JSON_TEXT_EXPANSION, JSON_TEXT_SLACK, writeJsonText } from '../column/json-text.js';
import * as type from '../column/types.js';
import { writeEscaped } from '../column/utf8.js';
import { memberList } from '../column/value.js';
import type { Visitor } from '../column/visitor.js';
import type { Column, Table } from '../core/table.js';

const QUOTE = 0x22;
const NULL = Buffer.from('null');
/** The longest number or temporal with its quotes: a DECIMAL of 65 digits. */
const SCALAR_BYTES_MAX = 72;
const ESCAPE_BYTES_MAX = 6;
/** What stands around bytes: quotes, or {"$invalid":"","charset":"utf8mb4"}, and what base64 fills up. */
const TEXT_FRAME_BYTES_MAX = 48;

/** What a cell of a column may take in JSON: a constant, and a multiple of its length in the log. */
export function jsonBytesMax(column: Column): { fixed: number; factor: number } {
  switch (column.type) {
    case type.JSON_DOCUMENT:
      return { fixed: JSON_TEXT_SLACK, factor: JSON_TEXT_EXPANSION };
    case type.ENUM:
    case type.SET:
      return {
        fixed: 4 + ESCAPE_BYTES_MAX * Buffer.byteLength((column.labels ?? []).join(',')) + SCALAR_BYTES_MAX,
        factor: 0,
      };
    case type.STRING:
      // BINARY(n) gets its trailing zero bytes back.
      return { fixed: TEXT_FRAME_BYTES_MAX + 2 * column.meta, factor: ESCAPE_BYTES_MAX };
    case type.VARCHAR:
    case type.VAR_STRING:
    case type.VARCHAR_COMPRESSED:
    case type.BLOB:
    case type.BLOB_COMPRESSED:
    case type.GEOMETRY:
    case type.VECTOR:
      return { fixed: TEXT_FRAME_BYTES_MAX, factor: type.isText(column) ? ESCAPE_BYTES_MAX : 2 };
    default:
      return { fixed: SCALAR_BYTES_MAX, factor: 0 };
  }
}

function isAscii(bytes: Buffer, from: number, to: number): boolean {
  let all = 0;
  for (let i = from; i < to; i++) all |= bytes[i]!;
  return all < 0x80;
}

/** Writes cells of one column as JSON, into `out` from `into` on: numbers, strings, base64 for bytes, JSON as it is. */
export class JsonVisitor implements Visitor<number> {
  out: Buffer = NULL;
  readonly #charset: Charset;
  protected readonly labels: readonly string[];
  readonly #members: readonly Buffer[];

  constructor(table: Table, column: Column) {
    const place = `column ${table.schema}.${table.name}.${column.name}`;
    this.#charset = charsetOf(type.isText(column) ? column.collation : type.BINARY_COLLATION, place);
    this.labels = column.labels ?? [];
    this.#members = ['', ...this.labels].map((label) => Buffer.from(JSON.stringify(label)));
  }

  null(at: number): number {
    return copyShort(NULL, this.out, at);
  }

  int(value: number, at: number): number {
    return writeNumber(this.out, at, value);
  }

  long(high: number, low: number, at: number): number {
    const value = high * 0x100000000 + low;
    if (Number.isSafeInteger(value)) return writeNumber(this.out, at, value);
    return writeAscii(this.out, at, String((BigInt(high) << 32n) | BigInt(low)));
  }

  unsignedLong(high: number, low: number, at: number): number {
    return this.long(high, low, at);
  }

  float(value: number, at: number): number {
    return this.double(shortestFloat(value), at);
  }

  double(value: number, at: number): number {
    return writeAscii(this.out, at, Object.is(value, -0) ? '-0' : String(value));
  }

  decimal(bytes: Buffer, from: number, to: number, at: number): number {
    return this.#quoted(bytes, from, to, at);
  }

  temporal(bytes: Buffer, from: number, to: number, at: number): number {
    return this.#quoted(bytes, from, to, at);
  }

  text(bytes: Buffer, from: number, to: number, at: number): number {
    const { out } = this;
    const { isUtf8, extendsAscii } = this.#charset;
    out[at] = QUOTE;
    const end = isUtf8 || (extendsAscii && isAscii(bytes, from, to)) ? writeEscaped(out, at + 1, bytes, from, to) : -1;
    if (end < 0) return this.#converted(bytes, from, to, at);
    out[end] = QUOTE;
    return end + 1;
  }

  bytes(bytes: Buffer, from: number, to: number, length: number, at: number): number {
    let cell = bytes.subarray(from, to);
    if (length > cell.length) cell = Buffer.concat([cell], length);
    this.out[at] = QUOTE;
    const end = at + 1 + this.out.write(cell.toString('base64'), at + 1, 'latin1');
    this.out[end] = QUOTE;
    return end + 1;
  }

  member(index: number, at: number): number {
    const label = this.#members[index];
    return label === undefined ? writeAscii(this.out, at, `"${index}"`) : copyShort(label, this.out, at);
  }

  members(high: number, low: number, at: number): number {
    return at + this.out.write(JSON.stringify(memberList(high, low, this.labels).join(',')), at);
  }

  json(bytes: Buffer, from: number, to: number, at: number): number {
    return writeJsonText(this.out, at, { bytes, from, to });
  }

  #converted(bytes: Buffer, from: number, to: number, at: number): number {
    const charset = this.#charset;
    const text = charset.decode(bytes, from, to) ?? this.invalid(charset, bytes, { from, to });
    return at + this.out.write(JSON.stringify(text), at);
  }

  /** What stands for a text that is none in its character set. */
  protected invalid(charset: Charset, bytes: Buffer, cell: { from: number; to: number }): unknown {
    return invalidText(charset, bytes, cell);
  }

  /** ASCII that needs no escapes. */
  #quoted(bytes: Buffer, from: number, to: number, at: number): number {
    const { out } = this;
    let end = at;
    out[end++] = QUOTE;
    for (let i = from; i < to; i++) out[end++] = bytes[i]!;
    out[end++] = QUOTE;
    return end;
  }
}
