import { type Charset, charsetOf } from '../../column/charset.js';
import * as type from '../../column/types.js';
import { valueVisitor } from '../../column/value.js';
import type { Visitor } from '../../column/visitor.js';
import type { Value } from '../../core/change.js';
import type { Column, Table } from '../../core/table.js';
import { jsonLiteral } from './json-literal.js';
import { doubleLiteral, quotedText } from './literals.js';

/**
 * The visitor that writes a cell as an SQL literal which, assigned to its column, gives the very same bytes again; under
 * the session that `session.ts` sets up. Throws UNDO_IMPOSSIBLE for what SQL has no literal for.
 */
export function literalVisitor(table: Table, column: Column): Visitor<string> {
  const place = `column ${table.schema}.${table.name}.${column.name}`;
  const charset = type.isText(column) ? charsetOf(column.collation, place) : null;
  return new LiteralVisitor(place, charset, valueVisitor(table, column));
}

class LiteralVisitor implements Visitor<string> {
  readonly #place: string;
  /** Null: what comes as text is ASCII, whatever the log says. */
  readonly #charset: Charset | null;
  readonly #values: Visitor<Value>;

  constructor(place: string, charset: Charset | null, values: Visitor<Value>) {
    this.#place = place;
    this.#charset = charset;
    this.#values = values;
  }

  int(value: number): string {
    return String(value);
  }

  long(high: number, low: number): string {
    return String(this.#values.long(high, low, null));
  }

  unsignedLong(high: number, low: number): string {
    return String(this.#values.unsignedLong(high, low, null));
  }

  /** As a DOUBLE: its shortest text would be another number when it is compared with the column. */
  float(value: number): string {
    return doubleLiteral(value);
  }

  double(value: number): string {
    return doubleLiteral(value);
  }

  decimal(bytes: Buffer, from: number, to: number): string {
    return bytes.latin1Slice(from, to);
  }

  temporal(bytes: Buffer, from: number, to: number): string {
    return `'${bytes.latin1Slice(from, to)}'`;
  }

  text(bytes: Buffer, from: number, to: number): string {
    return this.#charset === null
      ? quotedText(bytes.latin1Slice(from, to))
      : textLiteral(this.#charset, bytes, { from, to });
  }

  bytes(bytes: Buffer, from: number, to: number, length: number): string {
    return hexLiteral(bytes, { from, to, length });
  }

  /** By number: a label may be a number itself, and 0 has none. */
  member(index: number): string {
    return String(index);
  }

  members(high: number, low: number): string {
    return String(this.#values.unsignedLong(high, low, null));
  }

  json(bytes: Buffer, from: number, to: number): string {
    return jsonLiteral(bytes.subarray(from, to), this.#place);
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Quoted where the bytes are the same in the connection's utf8mb4; otherwise the column's own bytes with their character
 * set, since not every character set comes back from Unicode as it went there.
 */
function textLiteral({ name, isUtf8, decode }: Charset, bytes: Buffer, { from, to }: Span): string {
  if (from === to) return "''";
  const text = isUtf8 || isAsciiOf(name, bytes, { from, to }) ? decode(bytes, from, to) : null;
  return text === null ? `_${name} 0x${bytes.hexSlice(from, to)}` : quotedText(text);
}

function isAsciiOf(name: string, bytes: Buffer, { from, to }: Span): boolean {
  if (name !== 'latin1' && name !== 'ascii') return false;
  for (let i = from; i < to; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}

/** `length` ≥ to − from: zero bytes that the log leaves out. */
function hexLiteral(bytes: Buffer, { from, to, length }: Span & { length: number }): string {
  if (length === 0) return "''";
  return `0x${bytes.hexSlice(from, to)}${'00'.repeat(length - (to - from))}`;
}
