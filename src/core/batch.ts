import type { Position } from './position.js';
import type { Transaction } from './transaction.js';

/** Transactions handed to a sink together, and where to resume once they are durable. May be empty: all was filtered. */
export interface Batch {
  readonly transactions: readonly Transaction[];
  readonly position: Position;
}
