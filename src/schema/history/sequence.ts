import { PLAIN_COLUMN, type TableDefinition } from '../definition.js';

/** MariaDB's sequences are tables of one row, which is logged with each block of numbers. */
export const sequenceTable: TableDefinition = {
  columns: [
    { ...PLAIN_COLUMN, name: 'next_not_cached_value', type: 'bigint' },
    { ...PLAIN_COLUMN, name: 'minimum_value', type: 'bigint' },
    { ...PLAIN_COLUMN, name: 'maximum_value', type: 'bigint' },
    { ...PLAIN_COLUMN, name: 'start_value', type: 'bigint' },
    { ...PLAIN_COLUMN, name: 'increment', type: 'bigint' },
    { ...PLAIN_COLUMN, name: 'cache_size', type: 'bigint', unsigned: true },
    { ...PLAIN_COLUMN, name: 'cycle_option', type: 'tinyint', unsigned: true },
    { ...PLAIN_COLUMN, name: 'cycle_count', type: 'bigint' },
  ],
  keys: [],
  collation: '',
  hasHiddenPeriod: false,
};
