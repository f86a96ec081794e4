import type { ColumnDefinition, TableDefinition } from '../definition.js';

const PLAIN: Omit<ColumnDefinition, 'name' | 'type'> = {
  length: null,
  scale: null,
  fractionDigits: 0,
  unsigned: false,
  labels: null,
  collation: null,
  nullable: false,
  generated: null,
  visible: true,
};

/** MariaDB's sequences are tables of one row, which is logged with each block of numbers. */
export const sequenceTable: TableDefinition = {
  columns: [
    { ...PLAIN, name: 'next_not_cached_value', type: 'bigint' },
    { ...PLAIN, name: 'minimum_value', type: 'bigint' },
    { ...PLAIN, name: 'maximum_value', type: 'bigint' },
    { ...PLAIN, name: 'start_value', type: 'bigint' },
    { ...PLAIN, name: 'increment', type: 'bigint' },
    { ...PLAIN, name: 'cache_size', type: 'bigint', unsigned: true },
    { ...PLAIN, name: 'cycle_option', type: 'tinyint', unsigned: true },
    { ...PLAIN, name: 'cycle_count', type: 'bigint' },
  ],
  keys: [],
  collation: '',
  hasHiddenPeriod: false,
};
