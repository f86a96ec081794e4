import { codecFor } from '../../src/column/codec.js';
import { valueVisitor } from '../../src/column/value.js';
import type { Value } from '../../src/core/change.js';
import type { Column, Table } from '../../src/core/table.js';

/** A column of a type code; `meta` as TABLE_MAP has it, low byte first. */
export function columnOf(type: number, facts: Partial<Column> = {}): Column {
  const plain = {
    name: 'c',
    ordinal: 0,
    meta: 0,
    unsigned: false,
    nullable: true,
    collation: 63,
    labels: null,
    visible: true,
  };
  return { ...plain, type, ...facts };
}

/** The value of one cell, length prefix excluded; bytes around it must not matter. */
export function cellValue(column: Column, cell: Buffer): Value {
  const bytes = Buffer.concat([Buffer.from([0xaa, 0x55]), cell, Buffer.from([0xaa, 0x55])]);
  const table: Table = { schema: 's', name: 't', columns: [column], primaryKey: [], names: 'table-map' };
  return codecFor(column).read<Value>(bytes, 2, 2 + cell.length, valueVisitor(table, column), null);
}
