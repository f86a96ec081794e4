import { ByteReader } from '../../../binlog/bytes.js';
import { type MappedColumn, readMeta, type TableMap } from '../../../binlog/table-map.js';
import * as type from '../../../column/types.js';
import { metadataOf } from '../../flashback/table-map-body.js';

/**
 * A table as mariadb-binlog describes it: it does not know compressed columns, and reads on without their metadata,
 * collations and labels, so that columns behind one get those of columns before them.
 */
export function tableAsRead(map: TableMap): TableMap {
  const { metadata } = map;
  if (!map.columns.some((column) => type.isCompressed(column.type))) return map;
  const r = new ByteReader(Buffer.concat(map.columns.map(metadataOf)));
  const columns = map.columns.map((column) => columnAsRead(column, r));
  if (metadata === null) return { ...map, columns };
  const collations = new Map<number, number>();
  for (const has of [hasCollation, type.isLabelled]) {
    const logged = map.columns.flatMap((column, i) => (has(column.type) ? [metadata.collations.get(i)] : []));
    const read = columns.flatMap((column, i) => (has(column.type) && !type.isCompressed(column.type) ? [i] : []));
    for (const [n, i] of read.entries()) {
      const collation = logged[n] ?? logged[0];
      if (collation !== undefined) collations.set(i, collation);
    }
  }
  return { ...map, columns, metadata: { ...metadata, collations, labels: labelsAsRead(map, columns) } };
}

function columnAsRead(column: MappedColumn, r: ByteReader): MappedColumn {
  if (type.isCompressed(column.type)) return column;
  const isOfString = column.type === type.STRING || type.isLabelled(column.type);
  const read = readMeta(r, isOfString ? type.STRING : column.type);
  return { ...column, ...read, ...(isOfString && !type.isLabelled(read.type) ? { type: type.STRING } : {}) };
}

/** MariaDB logs one of geometries as well. */
function hasCollation(code: number): boolean {
  return type.isCharacter(code) || code === type.GEOMETRY;
}

function labelsAsRead({ columns, metadata }: TableMap, read: readonly MappedColumn[]): Map<number, readonly Buffer[]> {
  const labels = new Map<number, readonly Buffer[]>();
  for (const code of [type.ENUM, type.SET]) {
    const logged = columns.flatMap((column, i) => (column.type === code ? [metadata?.labels.get(i)] : []));
    const ordinals = read.flatMap((column, i) => (column.type === code ? [i] : []));
    for (const [n, i] of ordinals.entries()) {
      const own = logged[n];
      if (own !== undefined) labels.set(i, own);
    }
  }
  return labels;
}
