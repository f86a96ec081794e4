import * as types from '../../src/column/types.js';
import type { Column, Table } from '../../src/core/table.js';

export { types };

const UTF8MB4 = 255;

/** A table of these columns, all of them nullable; the first is the primary key. */
export function table(
  schema: string,
  name: string,
  columns: readonly (readonly [name: string, type: number])[],
): Table {
  return {
    schema,
    name,
    columns: columns.map(([columnName, type], ordinal): Column => {
      const isText = type === types.VARCHAR || type === types.BLOB;
      return {
        name: columnName,
        ordinal,
        type,
        meta: META.get(type) ?? 0,
        unsigned: false,
        nullable: true,
        collation: isText ? UTF8MB4 : types.BINARY_COLLATION,
        labels: null,
        visible: true,
      };
    }),
    primaryKey: [0],
    names: 'table-map',
  };
}

const META: ReadonlyMap<number, number> = new Map([
  [types.VARCHAR, 200],
  [types.BLOB, 2],
  [types.JSON_DOCUMENT, 4],
]);
