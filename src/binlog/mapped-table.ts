import { charsetOf } from '../column/charset.js';
import * as type from '../column/types.js';
import { malformed } from '../core/errors.js';
import type { Column, Table } from '../core/table.js';
import type { TableMap } from './table-map.js';

/** True when the event itself says all there is to know: binlog_row_metadata=FULL. */
export function isSelfDescribing(map: TableMap): boolean {
  return map.metadata?.names != null;
}

/** The table as the log alone tells: with names where it has them. */
export function loggedTable(map: TableMap): Table {
  return isSelfDescribing(map) ? tableFromMap(map) : tableWithoutNames(map);
}

/** The table as its TABLE_MAP describes it. */
export function tableFromMap(map: TableMap): Table {
  const { metadata } = map;
  return {
    schema: map.schema,
    name: map.name,
    names: 'table-map',
    primaryKey: metadata?.primaryKey ?? [],
    columns: map.columns.map(
      (_, i): Column => ({
        ...physicalColumn(map, i),
        name: metadata?.names?.[i] ?? ordinalName(i),
        labels: decodeLabels(map, i),
        visible: metadata?.visible?.[i] ?? true,
      }),
    ),
  };
}

/**
 * The table with names that nobody vouches for: @1, @2, … Before MySQL 8.0 nothing says what is unsigned and what is
 * text, so numbers are signed there and text is bytes.
 */
export function tableWithoutNames(map: TableMap): Table {
  return {
    schema: map.schema,
    name: map.name,
    names: 'ordinal',
    primaryKey: [],
    columns: map.columns.map(
      (_, i): Column => ({
        ...physicalColumn(map, i),
        name: ordinalName(i),
        labels: null,
        visible: true,
      }),
    ),
  };
}

/** What a column is by its bytes, whatever its name. */
export function physicalColumn(map: TableMap, i: number): Omit<Column, 'name' | 'labels' | 'visible'> {
  const column = map.columns[i]!;
  const dimensions = column.type === type.VECTOR ? map.metadata?.dimensions?.[amongIts(map, i)] : undefined;
  const geometry = column.type === type.GEOMETRY ? map.metadata?.geometryTypes?.[amongIts(map, i)] : undefined;
  return {
    ordinal: i,
    type: column.type,
    meta: column.meta,
    nullable: column.nullable,
    unsigned: map.metadata?.unsigned?.[i] ?? false,
    collation:
      map.metadata?.collations.get(i) ??
      (type.isCharacter(column.type) ? type.UNKNOWN_COLLATION : type.BINARY_COLLATION),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(geometry === undefined ? {} : { geometry }),
  };
}

/** How many columns of the same type stand before it: their metadata has no entry for the others. */
function amongIts({ columns }: TableMap, i: number): number {
  return columns.slice(0, i).filter(({ type: each }) => each === columns[i]!.type).length;
}

function ordinalName(i: number): string {
  return `@${i + 1}`;
}

function decodeLabels(map: TableMap, i: number): readonly string[] | null {
  const { metadata } = map;
  const labels = metadata?.labels.get(i);
  if (labels === undefined) return null;
  const place = `column ${map.schema}.${map.name}.${metadata?.names?.[i] ?? ordinalName(i)}`;
  const { name, decode } = charsetOf(metadata?.collations.get(i) ?? type.BINARY_COLLATION, place);
  return labels.map((label) => {
    const text = decode(label, 0, label.length);
    if (text === null) throw malformed(`${place} has the label 0x${label.toString('hex')}, which is not valid ${name}`);
    return text;
  });
}
