import * as type from '../../column/types.js';
import type { Column } from '../../core/table.js';

/** Conditions about a column and a literal of it. `name`: the column's, quoted, or an expression in its place. */
export interface Comparison {
  /** As an index finds it: equal by the column's collation. */
  key(name: string, literal: string): string;
  /** The very same bytes; NULL as well. */
  exact(name: string, literal: string): string;
}

type ComparedColumn = Pick<Column, 'type' | 'collation'>;

export function comparison(column: ComparedColumn): Comparison {
  if (column.type === type.JSON_DOCUMENT) return { key: equal, exact: sameDocument };
  // A SET is compared as a signed number, unless it is made an unsigned one.
  if (column.type === type.SET)
    return {
      key: (name, literal) => members(name, literal, equal),
      exact: (name, literal) => members(name, literal, same),
    };
  return { key: equal, exact: equalsOthers(column) ? sameBytes : same };
}

/** Types whose comparison takes different bytes for equal, or that have none. */
export function equalsOthers(column: ComparedColumn): boolean {
  return type.isText(column) || column.type === type.GEOMETRY || column.type === type.VECTOR;
}

function equal(name: string, literal: string): string {
  return `${name} = ${literal}`;
}

function same(name: string, literal: string): string {
  return `${name} <=> ${literal}`;
}

export function sameBytes(name: string, literal: string): string {
  return `CAST(${name} AS BINARY) <=> ${literal}`;
}

export function sameDocument(name: string, literal: string): string {
  return literal === 'NULL' ? same(name, literal) : `CAST(${name} AS BINARY) <=> CAST(${literal} AS BINARY)`;
}

function members(name: string, literal: string, otherwise: Comparison['key']): string {
  const isBeyondSigned = /^\d{19,}$/.test(literal) && BigInt(literal) >= 2n ** 63n;
  return isBeyondSigned ? `(${name} | 0) <=> ${literal}` : otherwise(name, literal);
}
