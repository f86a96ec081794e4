import { charsetOf } from '../../column/charset.js';
import * as type from '../../column/types.js';
import type { Image } from '../../core/image.js';
import type { Column, Table } from '../../core/table.js';
import { type LiteralTarget, literalOf } from './column.js';
import { type Comparison, comparison, sameBytes, sameDocument } from './comparison.js';
import type { RefuseLiteral } from './json.js';

/** A column that cells of another one are written to, in the words of its server's INFORMATION_SCHEMA. */
export interface TargetColumn {
  /** DATA_TYPE in lower case. */
  readonly dataType: string;
  /** CHARACTER_SET_NAME. */
  readonly charset: string | null;
  /** Of ENUM and SET. */
  readonly labels: readonly string[] | null;
}

/** How the cells of a column are written to one of another table, maybe of another server, and found there again. */
export interface ColumnSql extends Comparison {
  /** Of a cell that is there. */
  literal(image: Image): string;
}

export function columnSql(
  table: Table,
  column: Column,
  { target, refuse }: { target: TargetColumn; refuse: RefuseLiteral },
): ColumnSql {
  if (target.labels === null && type.isLabelled(column.type) && column.labels === null) {
    throw refuse('its labels are not known');
  }
  const facts = literalTarget(table, column, target);
  const literal = literalOf(table, column, { refuse, target: facts });
  return { literal, ...comparisonWith(target, facts, column) };
}

function literalTarget(table: Table, column: Column, target: TargetColumn): LiteralTarget {
  return {
    isText: target.dataType !== 'json',
    isSameCharset: charsetOfColumn(table, column) === plainName(target.charset),
    members: membersAs(column.labels, target.labels),
  };
}

function charsetOfColumn(table: Table, column: Column): string | null {
  if (!type.isText(column)) return null;
  return charsetOf(column.collation, `column ${table.schema}.${table.name}.${column.name}`).name;
}

/** Servers before MySQL 8.0 and MariaDB 10.6 say utf8. */
function plainName(charset: string | null): string | null {
  return charset === 'utf8' ? 'utf8mb3' : charset;
}

function membersAs(source: Column['labels'], target: TargetColumn['labels']): LiteralTarget['members'] {
  if (target === null) return 'text';
  const isSame = source === null || (source.length <= target.length && source.every((label, i) => label === target[i]));
  return isSame ? 'numbers' : 'labels';
}

function comparisonWith(
  { dataType, charset }: TargetColumn,
  { isSameCharset }: LiteralTarget,
  column: Column,
): Comparison {
  const key: Comparison['key'] = (name, literal) => `${name} = ${literal}`;
  if (dataType === 'json') {
    if (column.type === type.JSON_DOCUMENT) return { key, exact: sameDocument };
    return { key, exact: (name, text) => sameDocument(name, text === 'NULL' ? text : `CAST(${text} AS JSON)`) };
  }
  if (dataType === 'set') return SET;
  if (SPATIAL.test(dataType) || dataType === 'vector') return { key, exact: sameBytes };
  if (charset === null || dataType === 'enum') return { key, exact: (name, literal) => `${name} <=> ${literal}` };
  if (isSameCharset) return { key, exact: sameBytes };
  return { key, exact: (name, literal) => sameBytes(`CONVERT(${name} USING utf8mb4)`, literal) };
}

const SET = comparison({ type: type.SET, collation: type.BINARY_COLLATION });
const SPATIAL = /^(geometry|point|linestring|polygon|multi\w+|geom\w*collection)$/;
