import { charsetOf } from '../../column/charset.js';
import * as type from '../../column/types.js';
import { RowtideError } from '../../core/errors.js';
import type { Column, Table } from '../../core/table.js';
import type { ColumnAction } from './actions.js';
import { patternsFor } from './patterns.js';
import type { CellPlan, Projection } from './projection.js';
import { cut, hashed } from './rewrite.js';

/** How the images of a table version are projected; null where no action is about it. */
export function planOf(actions: readonly ColumnAction[], table: Table): Projection | null {
  const wanted = patternsFor(actions, table);
  if (wanted.length === 0) return null;
  const kept = table.columns.flatMap((column) => {
    const action = strongest(wanted, column);
    refuseOnKey(action, column, table);
    return action?.kind === 'exclude' ? [] : [plannedColumn(action, column, table)];
  });
  if (kept.length === 0) throw nothingLeft(table);
  const ordinals = new Map(kept.map(({ cell }, i) => [cell.from, i]));
  return {
    table: {
      ...table,
      columns: kept.map(({ column }, ordinal) => ({ ...column, ordinal })),
      primaryKey: table.primaryKey.map((ordinal) => ordinals.get(ordinal)!),
    },
    cells: kept.map(({ cell }) => cell),
  };
}

const STRENGTH: readonly ColumnAction['kind'][] = ['exclude', 'mask', 'hash', 'truncate'];

function strongest(
  wanted: readonly ColumnAction[],
  { name }: Column,
): Exclude<ColumnAction, { kind: 'include' }> | null {
  const includes = wanted.filter(({ kind }) => kind === 'include');
  const [include] = includes;
  const isIncluded = include === undefined || includes.some(({ pattern }) => pattern.column(name));
  if (!isIncluded) return { kind: 'exclude', pattern: include.pattern };
  const found = wanted
    .filter((action) => action.kind !== 'include')
    .filter(({ pattern }) => pattern.column(name))
    .toSorted((a, b) => STRENGTH.indexOf(a.kind) - STRENGTH.indexOf(b.kind));
  return found[0] ?? null;
}

/** Readers find rows again by their primary key, so that it must stay, and stay apart. Hashes do both. */
function refuseOnKey(action: ColumnAction | null, column: Column, table: Table): void {
  if (action === null || action.kind === 'hash' || !table.primaryKey.includes(column.ordinal)) return;
  const done = { include: 'left out', exclude: 'left out', mask: 'masked', truncate: 'truncated' }[action.kind];
  throw new RowtideError(
    'FILTER_MISMATCH',
    `${placeOf(column, table)} is part of the primary key, and would be ${done} by ${action.pattern.text}`,
    { hint: 'Hash it instead, which keeps rows apart, or leave it as it is.' },
  );
}

function nothingLeft(table: Table): RowtideError {
  return new RowtideError('FILTER_MISMATCH', `no column of ${table.schema}.${table.name} is left`, {
    hint: 'Leave out the table, with exclude.',
  });
}

interface Planned {
  readonly column: Column;
  readonly cell: CellPlan;
}

function plannedColumn(action: ColumnAction | null, column: Column, table: Table): Planned {
  const from = column.ordinal;
  switch (action?.kind) {
    case 'mask':
      return action.text === null
        ? { column: { ...column, nullable: true }, cell: { kind: 'null', from } }
        : {
            column: { ...column, ...textColumn(Buffer.byteLength(action.text)) },
            cell: { kind: 'constant', from, bytes: Buffer.from(action.text) },
          };
    case 'hash':
      return {
        column: { ...column, ...textColumn(HASH_BYTES) },
        cell: { kind: 'rewrite', from, rewrite: hashed(table, column, action.key) },
      };
    case 'truncate':
      return truncated(column, table, action.lengthMax);
    default:
      return { column, cell: { kind: 'keep', from } };
  }
}

/** SHA-256 in hexadecimal. */
const HASH_BYTES = 64;
const UTF8MB4_BIN = 46;

/** What a VARCHAR in utf8mb4 looks like in a TABLE_MAP. */
function textColumn(bytes: number): Pick<Column, 'type' | 'meta' | 'collation' | 'labels' | 'unsigned'> {
  return { type: type.VARCHAR, meta: bytes, collation: UTF8MB4_BIN, labels: null, unsigned: false };
}

function truncated(column: Column, table: Table, lengthMax: number): Planned {
  const from = column.ordinal;
  if (!isTruncatable(column.type)) {
    throw new RowtideError(
      'FILTER_MISMATCH',
      `${placeOf(column, table)} is ${type.typeName(column.type)}, which cannot be truncated`,
      { hint: 'Text and bytes can be truncated; mask or hash others.' },
    );
  }
  if (!type.isText(column) && column.type !== type.STRING) {
    return { column, cell: { kind: 'shorten', from, lengthMax, isUtf8: false } };
  }
  if (!type.isText(column)) {
    // BINARY(n) is logged without its trailing zero bytes, and what is left of it is no BINARY(n).
    const variable = { ...column, type: type.VARCHAR };
    return { column: variable, cell: { kind: 'rewrite', from, rewrite: cut(table, column, lengthMax) } };
  }
  if (charsetOf(column.collation, `column ${placeOf(column, table)}`).isUtf8) {
    return { column, cell: { kind: 'shorten', from, lengthMax, isUtf8: true } };
  }
  return {
    column: { ...column, ...textColumn(lengthMax * UTF8_BYTES_MAX) },
    cell: { kind: 'rewrite', from, rewrite: cut(table, column, lengthMax) },
  };
}

const UTF8_BYTES_MAX = 4;

function isTruncatable(code: number): boolean {
  return type.isCharacter(code) && code !== type.VECTOR;
}

function placeOf(column: Column, table: Table): string {
  return `${table.schema}.${table.name}.${column.name}`;
}
