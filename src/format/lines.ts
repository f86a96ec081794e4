import { unreachable } from '../core/errors.js';
import type { Table } from '../core/table.js';
import type { Entry, Rows, Transaction } from '../core/transaction.js';
import { TransactionBounds } from './bounds.js';
import type { Format, FormattedRecord } from './format.js';
import { KeyChange, type KeyChangePart } from './key-change.js';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** The newline, and what formats may write past the end of a value. */
const MARGIN_BYTES = 9;

type Chunks = Generator<Buffer, void>;

/** Writes the value of each record as a line, into two buffers in turn. */
export class LineWriter {
  readonly #format: Format;
  readonly #prepared = new WeakSet<Table>();
  #out = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #other = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #at = 0;
  /** Of the next record in its transaction. */
  #index = 0;

  constructor(format: Format) {
    this.#format = format;
  }

  /**
   * The lines of all changes, in chunks of about 1 MiB that end between lines. A chunk stays as it is while the next
   * one is made, so that it can be written in the meantime, and is overwritten by the one after that.
   */
  async *chunks(transactions: Iterable<Transaction>, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    this.#at = 0;
    for (const transaction of transactions) {
      const bounds = new TransactionBounds(this.#format, transaction);
      this.#index = 0;
      for (const entry of transaction.entries) {
        if (entry.kind === 'rows' && this.#format.prepare !== undefined)
          await this.#prepare(transaction, entry, signal);
        // Not yield*, which would wait for a turn even where there is no chunk.
        for (const chunk of this.#entry(transaction, entry, bounds)) yield chunk;
      }
      for (const chunk of this.#line(bounds.end())) yield chunk;
    }
    if (this.#at > 0) yield this.#take();
  }

  async #prepare(transaction: Transaction, rows: Rows, signal: AbortSignal): Promise<void> {
    const { table } = rows;
    if (this.#prepared.has(table)) return;
    await this.#format.prepare?.(rows, { topic: `${table.schema}.${table.name}`, transaction, signal });
    this.#prepared.add(table);
  }

  #entry(transaction: Transaction, entry: Entry, bounds: TransactionBounds): Chunks {
    switch (entry.kind) {
      case 'rows':
        return this.#rows(transaction, entry, bounds);
      case 'statement':
        return this.#lines(this.#format.statement(transaction, entry, this.#index++));
      default:
        return unreachable(entry);
    }
  }

  *#rows(transaction: Transaction, rows: Rows, bounds: TransactionBounds): Chunks {
    yield* this.#line(bounds.begin());
    const first = this.#index;
    const writer = this.#format.rows(transaction, rows);
    const cursor = rows.cursor();
    const splits = rows.op === 'update' && this.#format.keyChange !== undefined;
    const keyChange = splits ? new KeyChange(this.#format, transaction, { rows, cursor }) : null;
    while (cursor.next()) {
      if (keyChange?.isNow) {
        for (const part of [keyChange.deleted, keyChange.inserted]) yield* this.#part(part);
        continue;
      }
      const bytesMax = writer.bytesMax(cursor);
      if (this.#isFullFor(bytesMax)) yield* this.#makeRoom(bytesMax);
      this.#end(writer.value(this.#out, this.#at, cursor, this.#index++));
    }
    bounds.wrote(rows.table, this.#index - first);
  }

  *#part({ writer, cursor }: KeyChangePart): Chunks {
    const bytesMax = writer.bytesMax(cursor);
    if (this.#isFullFor(bytesMax)) yield* this.#makeRoom(bytesMax);
    this.#end(writer.value(this.#out, this.#at, cursor, this.#index++));
  }

  *#lines(records: readonly FormattedRecord[]): Chunks {
    for (const record of records) yield* this.#line(record);
  }

  *#line(record: FormattedRecord | null): Chunks {
    if (record === null) return;
    const { value } = record;
    if (this.#isFullFor(value.length)) yield* this.#makeRoom(value.length);
    this.#end(this.#at + value.copy(this.#out, this.#at));
  }

  #isFullFor(bytes: number): boolean {
    return this.#at + bytes + MARGIN_BYTES > this.#out.length;
  }

  *#makeRoom(bytes: number): Chunks {
    if (this.#at > 0) yield this.#take();
    if (this.#isFullFor(bytes)) this.#out = Buffer.allocUnsafeSlow(bytes + MARGIN_BYTES);
  }

  /** A record without a value is no line. */
  #end(at: number): void {
    if (at === this.#at) return;
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
