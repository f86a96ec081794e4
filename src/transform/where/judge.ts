import { codecFor } from '../../column/codec.js';
import { RowtideError, unreachable } from '../../core/errors.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { Column, Table } from '../../core/table.js';
import type { Comparator } from './comparator.js';
import { comparatorOf, likeOf } from './comparison.js';
import type { Condition, Operator } from './condition.js';

/** SQL's three values, and a fourth for what the row images do not tell. */
export type Truth = typeof FALSE | typeof UNKNOWN | typeof TRUE | typeof UNTOLD;
export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;
export const UNTOLD = 3;

/** `earlier` has the values of columns that did not change, and are therefore not in the image. */
export type Judge = (image: Image, earlier: Image | null) => Truth;

/** Compiled for one version of a table. Throws FILTER_MISMATCH when the condition does not fit its columns. */
export function judgeOf(condition: Condition, table: Table): Judge {
  switch (condition.kind) {
    case 'and':
      return all(condition.parts.map((part) => judgeOf(part, table)));
    case 'or':
      return any(condition.parts.map((part) => judgeOf(part, table)));
    case 'not':
      return not(judgeOf(condition.of, table));
    case 'is-null':
      return isNull(columnOf(condition.column, table).ordinal);
    case 'compare':
      return comparison(condition, table);
    case 'like': {
      const column = columnOf(condition.column, table);
      const comparator = likeOf(column, condition, placeOf(column, table));
      return cell(column, { comparator, accepts: ACCEPTS['='], ofNull: UNKNOWN });
    }
    default:
      return unreachable(condition);
  }
}

function all(parts: readonly Judge[]): Judge {
  return (image, earlier) => {
    let truth: Truth = TRUE;
    for (const part of parts) {
      const each = part(image, earlier);
      if (each === FALSE) return FALSE;
      if (each === UNTOLD || truth === UNTOLD) truth = UNTOLD;
      else if (each === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function any(parts: readonly Judge[]): Judge {
  return (image, earlier) => {
    let truth: Truth = FALSE;
    for (const part of parts) {
      const each = part(image, earlier);
      if (each === TRUE) return TRUE;
      if (each === UNTOLD || truth === UNTOLD) truth = UNTOLD;
      else if (each === UNKNOWN) truth = UNKNOWN;
    }
    return truth;
  };
}

function not(part: Judge): Judge {
  return (image, earlier) => {
    const truth = part(image, earlier);
    return truth === TRUE ? FALSE : truth === FALSE ? TRUE : truth;
  };
}

/** By the sign that a comparator gives: what below, equal and above are. */
const ACCEPTS: Readonly<Record<Operator, readonly [below: Truth, equal: Truth, above: Truth]>> = {
  '=': [FALSE, TRUE, FALSE],
  '<=>': [FALSE, TRUE, FALSE],
  '<>': [TRUE, FALSE, TRUE],
  '<': [TRUE, FALSE, FALSE],
  '<=': [TRUE, TRUE, FALSE],
  '>': [FALSE, FALSE, TRUE],
  '>=': [FALSE, TRUE, TRUE],
};

function comparison({ column: name, operator, literal }: Extract<Condition, { kind: 'compare' }>, table: Table): Judge {
  const column = columnOf(name, table);
  if (literal.kind === 'null') return operator === '<=>' ? isNull(column.ordinal) : () => UNKNOWN;
  const comparator = comparatorOf(column, { operator, literal }, placeOf(column, table));
  return cell(column, { comparator, accepts: ACCEPTS[operator], ofNull: operator === '<=>' ? FALSE : UNKNOWN });
}

interface CellJudge {
  readonly comparator: Comparator;
  readonly accepts: readonly [Truth, Truth, Truth];
  readonly ofNull: Truth;
}

function cell(column: Column, { comparator, accepts, ofNull }: CellJudge): Judge {
  const { ordinal } = column;
  const codec = codecFor(column);
  const [below, equal, above] = accepts;
  return (image, earlier) => {
    let from = image;
    let at = image.at[ordinal]!;
    if (at === ABSENT_CELL) {
      if (earlier === null) return UNTOLD;
      from = earlier;
      at = earlier.at[ordinal]!;
      if (at === ABSENT_CELL) return UNTOLD;
    }
    if (at === NULL_CELL) return ofNull;
    const sign = codec.read(from.bytes, at, from.end[ordinal]!, comparator, 0);
    return sign < 0 ? below : sign > 0 ? above : equal;
  };
}

function isNull(ordinal: number): Judge {
  return (image, earlier) => {
    let at = image.at[ordinal]!;
    if (at === ABSENT_CELL && earlier !== null) at = earlier.at[ordinal]!;
    return at === ABSENT_CELL ? UNTOLD : at === NULL_CELL ? TRUE : FALSE;
  };
}

/** Names of columns are compared as the server does, without case. */
function columnOf(name: string, table: Table): Column {
  const wanted = name.toLowerCase();
  const column = table.columns.find((each) => each.name.toLowerCase() === wanted);
  if (column !== undefined) return column;
  const known = table.columns.map((each) => each.name).join(', ');
  throw new RowtideError(
    'FILTER_MISMATCH',
    `the row filter of ${table.schema}.${table.name} names the column ${name}, and the table has ${known}`,
    { hint: 'Name a column that the table has; `backquotes` go around names with odd letters.' },
  );
}

function placeOf(column: Column, table: Table): string {
  return `${table.schema}.${table.name}.${column.name}`;
}
