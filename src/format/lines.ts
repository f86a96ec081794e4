import { unreachable } from '../core/errors.js';
import type { Rows, Transaction } from '../core/transaction.js';
import type { Format } from './format.js';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** The newline, and what formats may write past the end of a value. */
const MARGIN_BYTES = 9;

/** Writes each change as a line, into two buffers in turn. */
export class LineWriter {
  readonly #format: Format;
  #out = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #other = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #at = 0;

  constructor(format: Format) {
    this.#format = format;
  }

  /**
   * The lines of all changes, in chunks of about 1 MiB that end between lines. A chunk stays as it is while the next
   * one is made, so that it can be written in the meantime, and is overwritten by the one after that.
   */
  *chunks(transactions: Iterable<Transaction>): Generator<Buffer, void> {
    this.#at = 0;
    for (const transaction of transactions) {
      let index = 0;
      for (const entry of transaction.entries) {
        switch (entry.kind) {
          case 'rows':
            index = yield* this.#rows(transaction, entry, index);
            break;
          case 'statement': {
            const line = this.#format.statement(transaction, entry, index++);
            if (this.#isFullFor(line.length)) yield* this.#makeRoom(line.length);
            this.#end(this.#at + line.copy(this.#out, this.#at));
            break;
          }
          default:
            unreachable(entry);
        }
      }
    }
    if (this.#at > 0) yield this.#take();
  }

  *#rows(transaction: Transaction, rows: Rows, firstIndex: number): Generator<Buffer, number> {
    const writer = this.#format.rows(transaction, rows);
    let index = firstIndex;
    for (const cursor = rows.cursor(); cursor.next(); index++) {
      const bytesMax = writer.bytesMax(cursor);
      if (this.#isFullFor(bytesMax)) yield* this.#makeRoom(bytesMax);
      this.#end(writer.value(this.#out, this.#at, cursor, index));
    }
    return index;
  }

  #isFullFor(bytes: number): boolean {
    return this.#at + bytes + MARGIN_BYTES > this.#out.length;
  }

  *#makeRoom(bytes: number): Generator<Buffer, void> {
    if (this.#at > 0) yield this.#take();
    if (this.#isFullFor(bytes)) this.#out = Buffer.allocUnsafeSlow(bytes + MARGIN_BYTES);
  }

  #end(at: number): void {
    this.#out[at] = NEWLINE;
    this.#at = at + 1;
  }

  #take(): Buffer {
    const taken = this.#out;
    // What grew for one large row is not kept.
    this.#out = this.#other.length > CHUNK_BYTES ? Buffer.allocUnsafeSlow(CHUNK_BYTES) : this.#other;
    this.#other = taken;
    const chunk = taken.subarray(0, this.#at);
    this.#at = 0;
    return chunk;
  }
}
