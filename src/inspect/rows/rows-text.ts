import { NameBytesReader } from '../../binlog/bytes.js';
import { rowsTableId } from '../../binlog/rows.js';
import { decodeTableMap } from '../../binlog/table-map.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../../core/event.js';
import type { Output } from '../output.js';
import { writeExtra } from './extra.js';
import { MappedRows } from './mapped-rows.js';
import type { RowsStyle } from './style.js';

/** Servers give a table a new id each time they open it. */
const TABLES_MAX = 1000;

/** Prints row events as pseudo-SQL, with the tables of the TABLE_MAPs that it was shown. */
export class RowsText {
  readonly #style: RowsStyle;
  readonly #tables = new Map<number, { body: Buffer; rows: MappedRows }>();

  constructor(style: RowsStyle) {
    this.#style = style;
  }

  /** Most transactions map the tables of those before them: what was made for these is used again. */
  map(event: RawEvent, format: FormatDescription): void {
    const id = rowsTableId(event, format);
    const body = event.bytes.subarray(HEADER_BYTES);
    if (this.#tables.get(id)?.body.equals(body)) return;
    const rows = new MappedRows(decodeTableMap(event, format, NameBytesReader), this.#style);
    this.#tables.set(id, { body: Buffer.from(body), rows });
  }

  /** Returns how many rows there were. */
  write(event: RawEvent, format: FormatDescription, output: Output): number {
    const id = rowsTableId(event, format);
    const table = this.#tables.get(id);
    if (this.#style.style === 'mysql') writeExtra(event, format, output);
    if (table !== undefined) return table.rows.write(event, format, output);
    // Without a line feed, and so what follows stands in the same line.
    output.ascii(`### Row event for unknown table #${id}`);
    return 0;
  }

  endStatement(): void {
    if (this.#tables.size > TABLES_MAX) this.#tables.clear();
  }
}
