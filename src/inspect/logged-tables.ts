import { loggedTable } from '../binlog/mapped-table.js';
import { DUMMY_TABLE_ID, rowsTableId } from '../binlog/rows.js';
import { decodeTableMap } from '../binlog/table-map.js';
import { RowtideError } from '../core/errors.js';
import type { FormatDescription, RawEvent } from '../core/event.js';
import { HEADER_BYTES } from '../core/event.js';
import type { Table } from '../core/table.js';

/** Which table the rows of a log belong to: by the last TABLE_MAP of their table id, and no other source of names. */
export class LoggedTables {
  readonly #byId = new Map<number, { readonly body: Buffer; readonly table: Table }>();

  /** Takes a TABLE_MAP. The same table stays the same object while nothing about it changes. */
  map(event: RawEvent, format: FormatDescription): Table {
    const id = rowsTableId(event, format);
    const known = this.#byId.get(id);
    if (known !== undefined && hasBody(event, known.body)) return known.table;
    const table = loggedTable(decodeTableMap(event, format));
    // A copy: the event's memory may be used again for what follows.
    this.#byId.set(id, { body: Buffer.from(event.bytes.subarray(HEADER_BYTES)), table });
    return table;
  }

  /** The table of a row event; null where none is meant. Throws EVENT_MALFORMED where no TABLE_MAP came before it. */
  of(event: RawEvent, format: FormatDescription): Table | null {
    const id = rowsTableId(event, format);
    const known = this.#byId.get(id);
    if (known !== undefined) return known.table;
    if (id === DUMMY_TABLE_ID) return null;
    throw new RowtideError('EVENT_MALFORMED', `rows of the table id ${id}, which no TABLE_MAP before them explains`, {
      hint: 'Begin at the begin of their transaction, or earlier.',
    });
  }
}

function hasBody({ bytes }: RawEvent, body: Buffer): boolean {
  return bytes.length - HEADER_BYTES === body.length && bytes.compare(body, 0, body.length, HEADER_BYTES) === 0;
}
