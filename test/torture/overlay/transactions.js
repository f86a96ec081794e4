/** In place of src/binlog/transactions: spools early, so that transactions of every way through are hit. */
import { noting } from '../torture/begun.js';
import { broken } from '../torture/stage.js';
import { transactions as original } from './transactions.original.js';

export * from './transactions.original.js';

const MEMORY_BYTES_MAX = 64 * 1024;

export function transactions(log, options) {
  const bounded = { ...options, memoryBytesMax: MEMORY_BYTES_MAX };
  return original(broken === 'gtid-at-event' ? noting(log) : log, bounded);
}
