import type { RawEvent } from '../core/event.js';

/** Where the events of a transaction that is too large for memory wait for its commit. */
export interface Spool {
  /** Called once for each large transaction. */
  create(): SpoolFile;
}

export interface SpoolFile {
  /** In log order; its bytes may change afterwards. Throws IO when the disk is full or fails: the transaction was not delivered, so nothing is lost. */
  append(event: RawEvent): void;
  /** Keeps the first `count` events only. */
  truncate(count: number): void;
  /**
   * Reads them back, one at a time, as often as wanted. `reusesMemory`: the bytes of each hold only until the next one:
   * what lies outside of the heap is collected late.
   */
  events(options?: { readonly reusesMemory?: boolean }): Iterable<RawEvent>;
  /** Gives the disk space back. May be called twice. */
  close(): void;
}
