import { shapeOf } from '../../binlog/rows.js';
import type { RawEvent } from '../../core/event.js';
import type { Rows } from '../../core/transaction.js';

/** `source.row`: counts the rows of an event. The two records that a changed key becomes are of one row. */
export class RowNumbers {
  #event: RawEvent | null = null;
  #next = 0;

  of({ event, op }: Rows): () => number {
    const logged = shapeOf(event.type).op;
    // A row event may be walked again.
    if (this.#event !== event || op === logged) {
      this.#event = event;
      this.#next = 0;
    }
    const isFirstHalf = op === 'delete' && logged === 'update';
    return () => (isFirstHalf ? this.#next : this.#next++);
  }
}
