import { charsetOf } from '../../column/charset.js';
import type { TextDecode } from '../../column/charsets/decode.js';
import * as type from '../../column/types.js';
import { RowtideError } from '../../core/errors.js';
import type { Column } from '../../core/table.js';
import {
  BytesComparator,
  type Comparator,
  DatetimeComparator,
  DecimalComparator,
  DoubleComparator,
  IntComparator,
  LabelComparator,
  LikeComparator,
  LongComparator,
  TimeComparator,
} from './comparator.js';
import type { Operator } from './condition.js';
import { isLike, likePattern } from './like.js';
import { canonicalDatetime, type ExactNumber, hexNumber, type Literal, timeMicros } from './literal.js';

/**
 * What a column of its type is compared with, and how. Text compares by code points, bytes by bytes: as the server does
 * under the collations utf8mb4_0900_bin and binary, whatever the column's own collation says about case and accents.
 */
type Kind =
  | { readonly kind: 'number'; readonly of: (literal: ExactNumber) => Comparator }
  | { readonly kind: 'text'; readonly decode: TextDecode | null; readonly hasOrder: boolean }
  | { readonly kind: 'bytes' | 'label' | 'date' | 'time' | 'other' };

function kindOf(column: Column, place: string): Kind {
  switch (column.type) {
    case type.TINY:
    case type.SHORT:
    case type.INT24:
    case type.LONG:
    case type.YEAR:
      return { kind: 'number', of: (literal) => new IntComparator(literal) };
    case type.LONGLONG:
    case type.BIT:
      return { kind: 'number', of: (literal) => new LongComparator(literal) };
    case type.FLOAT:
    case type.DOUBLE:
      return { kind: 'number', of: (literal) => new DoubleComparator(literal) };
    case type.DECIMAL:
    case type.NEWDECIMAL:
      return { kind: 'number', of: (literal) => new DecimalComparator(literal) };
    case type.DATE:
    case type.NEWDATE:
    case type.DATETIME:
    case type.DATETIME2:
    case type.TIMESTAMP:
    case type.TIMESTAMP2:
      return { kind: 'date' };
    case type.TIME:
    case type.TIME2:
      return { kind: 'time' };
    case type.ENUM:
    case type.SET:
      return { kind: column.labels === null ? 'other' : 'label' };
    // Their text is not in the order that MariaDB gives them.
    case type.UUID:
    case type.INET4:
    case type.INET6:
      return { kind: 'text', decode: null, hasOrder: false };
    case type.STRING:
    case type.VARCHAR:
    case type.VARCHAR_COMPRESSED:
    case type.VAR_STRING:
    case type.BLOB:
    case type.BLOB_COMPRESSED: {
      if (!type.isText(column)) return { kind: 'bytes' };
      const { isUtf8, decode } = charsetOf(column.collation, place);
      return { kind: 'text', decode: isUtf8 ? null : decode, hasOrder: true };
    }
    default:
      return { kind: 'other' };
  }
}

/** Throws FILTER_MISMATCH for what a column of its type is not compared with, or not like that. `place` names the column. */
export function comparatorOf(
  column: Column,
  { operator, literal }: { operator: Operator; literal: Exclude<Literal, { kind: 'null' }> },
  place: string,
): Comparator {
  const kind = kindOf(column, place);
  switch (kind.kind) {
    case 'number':
      if (literal.kind === 'text') throw unfit(column, place, 'a number, without quotes');
      return kind.of(literal.kind === 'hex' ? hexNumber(literal.bytes) : literal);
    case 'text':
      if (!kind.hasOrder && /^<=?$|^>=?$/.test(operator)) throw uncomparable(column, place);
      // Hex says which bytes are meant, so they are compared as they are stored.
      if (literal.kind === 'hex') return new BytesComparator(literal.bytes, null);
      return new BytesComparator(Buffer.from(text(column, literal, place)), kind.decode);
    case 'bytes':
      return new BytesComparator(
        literal.kind === 'hex' ? literal.bytes : Buffer.from(text(column, literal, place)),
        null,
      );
    case 'label': {
      const bound = Buffer.from(text(column, literal, place));
      return new LabelComparator(column.labels ?? [], (label) => Buffer.from(label).compare(bound));
    }
    case 'date': {
      const canonical = canonicalDatetime(text(column, literal, place));
      if (canonical === null) throw unfit(column, place, "a text like '2026-11-20' or '2026-11-20 10:15:00.123456'");
      return new DatetimeComparator(canonical);
    }
    case 'time': {
      const micros = timeMicros(text(column, literal, place));
      if (micros === null) throw unfit(column, place, "a text like '10:15' or '-10:15:00.123456'");
      return new TimeComparator(micros);
    }
    case 'other':
      throw uncomparable(column, place);
  }
}

/** The same for LIKE: 0 means that the pattern takes the cell. */
export function likeOf(
  column: Column,
  { pattern, escapedBy }: { pattern: string; escapedBy: string },
  place: string,
): Comparator {
  const kind = kindOf(column, place);
  const compiled = likePattern(pattern, escapedBy);
  switch (kind.kind) {
    case 'text':
      return new LikeComparator(compiled, kind.decode);
    case 'bytes':
    case 'date':
    case 'time':
      return new LikeComparator(compiled, null);
    case 'label':
      return new LabelComparator(column.labels ?? [], (label) => {
        const bytes = Buffer.from(label);
        return isLike({ bytes, from: 0, to: bytes.length, isUtf8: true }, compiled) ? 0 : 1;
      });
    case 'number':
      throw new RowtideError(
        'FILTER_MISMATCH',
        `${place} is ${type.typeName(column.type)}, which has no text for LIKE`,
        {
          hint: 'Compare it with =, <, > or BETWEEN.',
        },
      );
    case 'other':
      throw uncomparable(column, place);
  }
}

function text(column: Column, literal: Literal, place: string): string {
  if (literal.kind !== 'text') throw unfit(column, place, 'a text in quotes');
  return literal.text;
}

function unfit(column: Column, place: string, wanted: string): RowtideError {
  return new RowtideError(
    'FILTER_MISMATCH',
    `${place} is ${type.typeName(column.type)}, which is compared with ${wanted}`,
    { hint: 'Write the value of the row filter in the form that the column has.' },
  );
}

function uncomparable(column: Column, place: string): RowtideError {
  return new RowtideError('FILTER_MISMATCH', `${place} is ${type.typeName(column.type)}, which is not compared so`, {
    hint: 'Of a UUID, INET4 or INET6 whether it equals a text or is LIKE it can be asked, and of others IS NULL.',
  });
}
