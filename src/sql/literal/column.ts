import { type Charset, charsetOf } from '../../column/charset.js';
import { codecsOf } from '../../column/codec.js';
import * as type from '../../column/types.js';
import { jsonText, memberList, valueVisitor } from '../../column/value.js';
import type { Visitor } from '../../column/visitor.js';
import type { Value } from '../../core/change.js';
import { type Image, NULL_CELL } from '../../core/image.js';
import type { Column, Table } from '../../core/table.js';
import { jsonLiteral, type RefuseLiteral } from './json.js';
import { doubleLiteral, quotedText } from './text.js';

/**
 * What the literals are assigned to, or compared with. Without them it is the column itself, and the literal gives the
 * very same bytes again.
 */
export interface LiteralTarget {
  /** It is text, and the cell is a JSON document. */
  readonly isText: boolean;
  /** It has the same character set, so that even bytes without a character are the same there. */
  readonly isSameCharset: boolean;
  /** How it has members of ENUM and SET: by the same numbers, by labels in another order, or as text. */
  readonly members: 'numbers' | 'labels' | 'text';
}

export interface LiteralOptions {
  readonly refuse: RefuseLiteral;
  readonly target?: LiteralTarget;
}

/** Of an ENUM: its empty value, which only servers that are not strict store. */
export const EMPTY_MEMBER = '0';

const ITSELF: LiteralTarget = { isText: false, isSameCharset: true, members: 'numbers' };

/**
 * Writes a cell that is there as an SQL literal: numbers as they are, bytes as 0x…, texts quoted or, where the bytes are
 * no plain characters, as bytes of their character set. It means the same in every session whose connection has the
 * character set utf8mb4, whose time zone is UTC, and whose sql_mode has STRICT_ALL_TABLES, ALLOW_INVALID_DATES and
 * NO_AUTO_VALUE_ON_ZERO, and not NO_BACKSLASH_ESCAPES. EMPTY_MEMBER needs one
 * without STRICT_ALL_TABLES.
 */
export function literalOf(table: Table, column: Column, options: LiteralOptions): (image: Image) => string {
  const codec = codecsOf(table)[column.ordinal]!;
  const visitor = literalVisitor(table, column, options);
  const i = column.ordinal;
  return (image) =>
    image.at[i] === NULL_CELL ? 'NULL' : codec.read(image.bytes, image.at[i]!, image.end[i]!, visitor, '');
}

function literalVisitor(table: Table, column: Column, { refuse, target = ITSELF }: LiteralOptions): Visitor<string> {
  const place = `column ${table.schema}.${table.name}.${column.name}`;
  const charset = type.isText(column) ? charsetOf(column.collation, place) : null;
  const labels = target.members === 'numbers' ? null : (column.labels ?? []);
  return new LiteralVisitor({ charset, labels, target, refuse, values: valueVisitor(table, column) });
}

interface Facts {
  /** Null: what comes as text is ASCII, whatever the log says. */
  readonly charset: Charset | null;
  /** Null: members are written by their numbers. */
  readonly labels: readonly string[] | null;
  readonly target: LiteralTarget;
  readonly refuse: RefuseLiteral;
  readonly values: Visitor<Value>;
}

class LiteralVisitor implements Visitor<string> {
  readonly #facts: Facts;
  readonly #values: Visitor<Value>;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#values = facts.values;
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
    const { charset, target } = this.#facts;
    return charset === null
      ? quotedText(bytes.latin1Slice(from, to))
      : textLiteral(charset, target.isSameCharset, bytes.subarray(from, to));
  }

  bytes(bytes: Buffer, from: number, to: number, length: number): string {
    return hexLiteral(bytes, { from, to, length });
  }

  /** By number: a label may be a number itself, and 0 has none. */
  member(index: number): string {
    const { labels, target } = this.#facts;
    if (labels === null) return String(index);
    return index === 0 && target.members === 'labels' ? EMPTY_MEMBER : quotedText(labels[index - 1] ?? '');
  }

  members(high: number, low: number): string {
    const { labels } = this.#facts;
    if (labels !== null) return quotedText(memberList(high, low, labels).join(','));
    return String(this.#values.unsignedLong(high, low, null));
  }

  json(bytes: Buffer, from: number, to: number): string {
    const { target, refuse } = this.#facts;
    return target.isText ? quotedText(jsonText(bytes, from, to)) : jsonLiteral(bytes.subarray(from, to), refuse);
  }
}

/**
 * Quoted where the bytes are the same in the connection's utf8mb4, or become others anyway; otherwise the column's own
 * bytes with their character set, since not every character set comes back from Unicode as it went there.
 */
function textLiteral({ name, isUtf8, decode }: Charset, isSameCharset: boolean, bytes: Buffer): string {
  if (bytes.length === 0) return "''";
  const isQuoted = isUtf8 || !isSameCharset || isAsciiOf(name, bytes);
  const text = isQuoted ? decode(bytes, 0, bytes.length) : null;
  return text === null ? `_${name} 0x${bytes.hexSlice(0, bytes.length)}` : quotedText(text);
}

function isAsciiOf(charset: string, bytes: Buffer): boolean {
  if (charset !== 'latin1' && charset !== 'ascii') return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}

/** `length` ≥ to − from: zero bytes that the log leaves out. */
function hexLiteral(bytes: Buffer, { from, to, length }: { from: number; to: number; length: number }): string {
  if (length === 0) return "''";
  return `0x${bytes.hexSlice(from, to)}${'00'.repeat(length - (to - from))}`;
}
