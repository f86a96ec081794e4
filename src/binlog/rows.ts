import type { ImageReader } from '../column/image.js';
import { imageReader } from '../column/inflating-image.js';
import { typeName } from '../column/types.js';
import { malformed, RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { Image } from '../core/image.js';
import type { Table } from '../core/table.js';
import type { LoggedRows, RowCursor, Rows } from '../core/transaction.js';
import { decodeAnnotateRows } from './annotate-rows.js';
import { ByteReader } from './bytes.js';
import { inflateRest } from './inflate.js';
import { PartialUpdateCursor } from './partial-rows.js';
import { skipRowsHeader } from './rows-extra.js';
import { decodeRowsQuery } from './rows-query.js';
import { COLUMNS_MAX } from './table-map.js';
import * as type from './types.js';

/** Row events and TABLE_MAPs of any version say which table they belong to in the same place. */
export function rowsTableId(event: RawEvent, format: FormatDescription): number {
  // A short id has two bytes of flags behind it.
  if (event.bytes.length < HEADER_BYTES + 6) throw malformed('a row event without a table id');
  return format.postHeaderBytes(event.type) === 6
    ? event.bytes.readUInt32LE(HEADER_BYTES)
    : event.bytes.readUInt32LE(HEADER_BYTES) + event.bytes.readUInt16LE(HEADER_BYTES + 4) * 0x100000000;
}

/** Flags of a row event, which stand behind its table id. */
export function rowsFlags(event: RawEvent, format: FormatDescription): number {
  const at = HEADER_BYTES + (format.postHeaderBytes(event.type) === 6 ? 4 : 6);
  if (event.bytes.length < at + 2) throw malformed('a row event without flags');
  return event.bytes.readUInt16LE(at);
}

/** The last row event of a statement. */
export const STMT_END_F = 1;
const NO_FOREIGN_KEY_CHECKS_F = 2;
/** The server itself did what foreign keys do, and logged it. */
const USE_SQL_FOREIGN_KEY_F = 16;

/** A table id that stands for no table: the statement matched nothing that is replicated. */
export const DUMMY_TABLE_ID = 0xffffff;

/** The row event as an entry of its transaction; its rows stay bytes until a cursor walks them. */
export function rowsOf(event: RawEvent, table: Table, format: FormatDescription): Rows {
  return new RowsEntry(event, { table, map: null }, new RowsContext(format, true));
}

/** What the row events of a statement have in common. */
export class RowsContext {
  readonly format: FormatDescription;
  /** Nobody writes to the events' bytes again. */
  readonly isLasting: boolean;
  /** The event with the text of the statement. */
  readonly query: RawEvent | null;

  constructor(format: FormatDescription, isLasting: boolean, query: RawEvent | null = null) {
    this.format = format;
    this.isLasting = isLasting;
    this.query = query;
  }
}

interface Mapped {
  readonly table: Table;
  readonly map: RawEvent | null;
}

export class RowsEntry implements Rows {
  readonly kind = 'rows';
  readonly op: 'insert' | 'update' | 'delete';
  readonly event: RawEvent;
  readonly table: Table;
  readonly #map: RawEvent | null;
  readonly #context: RowsContext;

  constructor(event: RawEvent, { table, map }: Mapped, context: RowsContext) {
    this.event = event;
    this.table = table;
    this.#map = map;
    this.#context = context;
    this.op = shapeOf(event.type).op;
  }

  get query(): string | undefined {
    const event = this.#context.query;
    if (event === null) return undefined;
    return event.type === type.ANNOTATE_ROWS_EVENT ? decodeAnnotateRows(event).sql : decodeRowsQuery(event);
  }

  get logged(): LoggedRows | undefined {
    return this.#map === null ? undefined : { map: this.#map, format: this.#context.format };
  }

  get foreignKeyChecks(): boolean {
    return (rowsFlags(this.event, this.#context.format) & (NO_FOREIGN_KEY_CHECKS_F | USE_SQL_FOREIGN_KEY_F)) === 0;
  }

  cursor(): RowCursor {
    return openCursor(this.event, this.table, this.#context);
  }
}

interface Shape {
  readonly op: 'insert' | 'update' | 'delete';
  readonly isCompressed: boolean;
}

const SHAPES: ReadonlyMap<number, Shape> = new Map(
  (
    [
      ['insert', type.WRITE_ROWS_EVENT_V1, type.WRITE_ROWS_EVENT],
      ['update', type.UPDATE_ROWS_EVENT_V1, type.UPDATE_ROWS_EVENT],
      ['delete', type.DELETE_ROWS_EVENT_V1, type.DELETE_ROWS_EVENT],
      ['insert', type.WRITE_ROWS_COMPRESSED_EVENT_V1, type.WRITE_ROWS_COMPRESSED_EVENT],
      ['update', type.UPDATE_ROWS_COMPRESSED_EVENT_V1, type.UPDATE_ROWS_COMPRESSED_EVENT],
      ['delete', type.DELETE_ROWS_COMPRESSED_EVENT_V1, type.DELETE_ROWS_COMPRESSED_EVENT],
    ] as const
  ).flatMap(([op, first, second]): [number, Shape][] => [
    [first, { op, isCompressed: first > type.DELETE_ROWS_EVENT_V1 }],
    [second, { op, isCompressed: second > type.DELETE_ROWS_EVENT }],
  ]),
).set(type.PARTIAL_UPDATE_ROWS_EVENT, { op: 'update', isCompressed: false });

/** True for the row events of both versions, and for MariaDB's compressed ones. */
export function isRowsEvent(eventType: number): boolean {
  return SHAPES.has(eventType);
}

/** What the rows of an event of this type are. */
export function shapeOf(eventType: number): Shape {
  const shape = SHAPES.get(eventType);
  if (shape === undefined) throw malformed(`${type.eventTypeName(eventType)} is not a row event`);
  return shape;
}

/**
 * A row event up to its rows:
 *
 *   table id u48 (u32 when the post-header has 6 bytes), flags u16; in version 2: extra length u16 (counts itself), extra
 *   width lenenc, columns-present bitmap (for UPDATE one for the before and one for the after image)
 *   rows: image (before, after or both; PARTIAL_UPDATE_ROWS has more between, see partial-rows.ts); compressed as a
 *   whole in MariaDB's compressed events
 */
export class RowsBody {
  readonly op: 'insert' | 'update' | 'delete';
  readonly columnCount: number;
  /** Ordinals of the columns that the images have; those of an UPDATE may differ. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** Stands at the first row; of MariaDB's compressed events what they hold. */
  readonly rows: ByteReader;

  constructor(event: RawEvent, format: FormatDescription) {
    const { op, isCompressed } = shapeOf(event.type);
    const header = new ByteReader(event.bytes, HEADER_BYTES);
    skipRowsHeader(header, event.type, format);
    this.op = op;
    this.columnCount = header.lengthEncoded();
    if (this.columnCount > COLUMNS_MAX)
      throw malformed(`${type.eventTypeName(event.type)} of ${this.columnCount} columns`);
    this.before = presentColumns(header, this.columnCount);
    this.after = op === 'update' ? presentColumns(header, this.columnCount) : this.before;
    this.rows = isCompressed ? new ByteReader(inflateRest(header)) : header;
  }
}

function openCursor(event: RawEvent, table: Table, { format, isLasting }: RowsContext): RowCursor {
  const body = new RowsBody(event, format);
  if (body.columnCount !== table.columns.length) throw columnCount(event, table, body.columnCount);
  const before = body.op === 'insert' ? null : imageReader(table, body.rows.bytes, body.before);
  const after = body.op === 'delete' ? null : imageReader(table, body.rows.bytes, body.after);
  if (before !== null) before.image.isLasting = isLasting;
  if (after !== null) after.image.isLasting = isLasting;
  return event.type === type.PARTIAL_UPDATE_ROWS_EVENT
    ? new PartialUpdateCursor(body.rows, table, { before: before!, after: after! })
    : new Cursor(body.rows, before, after);
}

/** The ordinals of the columns whose bits are set in the bitmap that comes next: mostly those of all. */
export function presentColumns(r: ByteReader, width: number): Int32Array {
  const from = r.skip((width + 7) >> 3);
  const isPresent = (i: number): boolean => (r.bytes[from + (i >> 3)]! & (1 << (i & 7))) !== 0;
  let count = 0;
  for (let i = 0; i < width; i++) if (isPresent(i)) count++;
  const all = allColumns(width);
  return count === width ? all : all.filter(isPresent);
}

const allByWidth: Int32Array[] = [];

function allColumns(width: number): Int32Array {
  let all = allByWidth[width];
  if (all === undefined) {
    all = Int32Array.from({ length: width }, (_, i) => i);
    allByWidth[width] = all;
  }
  return all;
}

class Cursor implements RowCursor {
  readonly before: Image | null;
  readonly after: Image | null;
  readonly diffs = null;
  readonly #beforeReader: ImageReader | null;
  readonly #afterReader: ImageReader | null;
  #at: number;
  readonly #end: number;
  /** An INSERT of nothing but defaults under MINIMAL is a row without any byte; the server refuses to log two. */
  #isBareRow: boolean;

  constructor(r: ByteReader, before: ImageReader | null, after: ImageReader | null) {
    this.#at = r.at;
    this.#end = r.end;
    this.#isBareRow = r.left === 0 && before === null && after?.isEmpty === true;
    this.#beforeReader = before;
    this.#afterReader = after;
    this.before = before === null ? null : before.image;
    this.after = after === null ? null : after.image;
  }

  next(): boolean {
    if (this.#at >= this.#end) {
      const isBareRow = this.#isBareRow;
      this.#isBareRow = false;
      return isBareRow;
    }
    let at = this.#at;
    if (this.#beforeReader !== null) at = this.#beforeReader.locate(at);
    if (this.#afterReader !== null) at = this.#afterReader.locate(at);
    // A length that points outside also ends here: cells only move forward.
    if (!(at <= this.#end) || at === this.#at)
      throw malformed(`a row ends at ${at}, outside the event's ${this.#end} bytes`);
    this.#at = at;
    return true;
  }
}

function columnCount(event: RawEvent, table: Table, width: number): RowtideError {
  const known = table.columns.map((column) => `${column.name} ${typeName(column.type)}`).join(', ');
  return new RowtideError(
    'TABLE_MISMATCH',
    `rows of ${table.schema}.${table.name} at ${event.start} have ${width} columns, but ${table.columns.length} are known: ${known}`,
    { hint: 'Set binlog_row_metadata=FULL on the server, or take names as they are now with --schema assume-current.' },
  );
}
