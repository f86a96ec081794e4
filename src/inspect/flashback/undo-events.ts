import { isMariadb } from '../../binlog/server-version.js';
import * as event from '../../binlog/types.js';
import { codecsOf } from '../../column/codec.js';
import * as type from '../../column/types.js';
import { malformed, unreachable } from '../../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../../core/event.js';
import { ABSENT_CELL, type Image, NULL_CELL } from '../../core/image.js';
import type { Table } from '../../core/table.js';
import type { Rows } from '../../core/transaction.js';
import { ByteWriter } from './byte-writer.js';
import { HINT_IMAGES, notUndoable } from './refusals.js';
import { tableMapBody } from './table-map-body.js';
import { requireDocuments } from './undo-sql.js';

/** The format of a log file, and the event that says it. */
export interface LoggedFormat {
  readonly event: RawEvent;
  readonly format: FormatDescription;
}

/** Each statement brings its own TABLE_MAP, so that one id does for all tables. */
const TABLE_ID = 1;
const STMT_END = 1;
/** The rows that a foreign key takes along are in the log themselves, or nowhere. */
const NO_FOREIGN_KEY_CHECKS = 2;

/** The BINLOG statement that undoes all rows of an event, the last one first; null where there is none. */
export function undoEvents(
  rows: Rows,
  format: FormatDescription,
  place: string,
): { readonly sql: string; readonly rowCount: number } | null {
  const where = `${place}: the ${rows.op} in ${rows.table.schema}.${rows.table.name}`;
  const images = undoneImages(rows, where);
  if (images === null) return null;
  const map = loggedEvent(event.TABLE_MAP_EVENT, rows.event, tableMapBody(rows.table, idOf(format, 0)));
  const body = new ByteWriter();
  body.bytes(idOf(format, STMT_END | NO_FOREIGN_KEY_CHECKS));
  const { code, isSecond } = eventFor(rows.op, format);
  if (isSecond) body.u16(EMPTY_EXTRA);
  body.lengthEncoded(rows.table.columns.length);
  for (const present of images.present) body.bytes(bitmapOf(present, rows.table.columns.length));
  for (const row of images.rows.reverse()) body.bytes(row);
  const sql = binlogStatement([map, loggedEvent(code, rows.event, body.take())]);
  return { sql, rowCount: images.rows.length };
}

/** Length of a row event's extra information, which counts itself. */
const EMPTY_EXTRA = 2;

/** A FORMAT_DESCRIPTION says how all events behind it are written: ours have no checksum. */
export function formatStatements({ event: format, format: { serverVersion } }: LoggedFormat): string[] {
  const hasAlgorithm = format.end - format.start > format.bytes.length;
  const bytes = hasAlgorithm ? Buffer.concat([format.bytes, Buffer.alloc(CHECKSUM_BYTES)]) : Buffer.from(format.bytes);
  if (hasAlgorithm) bytes[format.bytes.length - 1] = 0;
  bytes.writeUInt32LE(bytes.length, LENGTH_AT);
  bytes.writeUInt16LE(format.flags & ~event.FLAG_IN_USE, FLAGS_AT);
  // Behind it MySQL expects a replica's GTID, unless it is told to make its own.
  const own = isMariadb(serverVersion) || isOlder(serverVersion) ? [] : ["SET SESSION gtid_next = 'AUTOMATIC'"];
  return [binlogStatement([bytes]), ...own];
}

/** MySQL without GTIDs, and with the first version of row events. */
function isOlder(serverVersion: string): boolean {
  return /^5\.[0-5]\./.test(serverVersion);
}

const CHECKSUM_BYTES = 4;
const LENGTH_AT = 9;
const FLAGS_AT = 17;

function binlogStatement(events: readonly Buffer[]): string {
  const base64 = Buffer.concat(events).toString('base64').replace(/.{76}/g, '$&\n');
  return `BINLOG '\n${base64}\n'`;
}

/** The header is that of the event undone: its server, and the time of its statement. */
function loggedEvent(code: number, { bytes }: RawEvent, body: Buffer): Buffer {
  const header = Buffer.from(bytes.subarray(0, HEADER_BYTES));
  header[4] = code;
  header.writeUInt32LE(HEADER_BYTES + body.length, LENGTH_AT);
  header.fill(0, LENGTH_AT + 4);
  return Buffer.concat([header, body]);
}

function idOf(format: FormatDescription, flags: number): Buffer {
  const writer = new ByteWriter();
  writer.u32(TABLE_ID);
  if (format.postHeaderBytes(event.TABLE_MAP_EVENT) !== SHORT_ID_HEADER) writer.u16(0);
  writer.u16(flags);
  return writer.take();
}

/** Versions before 5.1.4 have table ids of four bytes. */
const SHORT_ID_HEADER = 6;

function eventFor(op: Rows['op'], { serverVersion }: FormatDescription): { code: number; isSecond: boolean } {
  const isSecond = !isMariadb(serverVersion) && !isOlder(serverVersion);
  switch (op) {
    case 'insert':
      return { code: isSecond ? event.DELETE_ROWS_EVENT : event.DELETE_ROWS_EVENT_V1, isSecond };
    case 'delete':
      return { code: isSecond ? event.WRITE_ROWS_EVENT : event.WRITE_ROWS_EVENT_V1, isSecond };
    case 'update':
      return { code: isSecond ? event.UPDATE_ROWS_EVENT : event.UPDATE_ROWS_EVENT_V1, isSecond };
    default:
      return unreachable(op);
  }
}

interface Undone {
  /** Columns of each of a row's images. */
  readonly present: readonly number[][];
  /** In log order. */
  readonly rows: Buffer[];
}

function undoneImages(rows: Rows, where: string): Undone | null {
  const { table } = rows;
  const cursor = rows.cursor();
  if (!cursor.next()) return null;
  const { before, after } = cursor;
  const present =
    before === null
      ? [columnsIn([after!])]
      : after === null
        ? [wholeColumns(table, before, where)]
        : [columnsIn([after, before]), columnsIn([before])];
  const undone: Buffer[] = [];
  do {
    const row = new ByteWriter();
    if (before !== null && after !== null) {
      requireRestorable(table, { before, after }, where);
      requireDocuments(table, { after, diffs: cursor.diffs }, where);
      writeImage(row, table, present[0]!, [after, before]);
      writeImage(row, table, present[1]!, [before]);
    } else writeImage(row, table, present[0]!, [(after ?? before)!]);
    undone.push(row.take());
  } while (cursor.next());
  return { present, rows: undone };
}

function columnsIn(images: readonly Image[]): number[] {
  return [...images[0]!.at.keys()].filter((i) => images.some(({ at }) => at[i] !== ABSENT_CELL));
}

/** Of a row that is written again. */
function wholeColumns(table: Table, image: Image, where: string): number[] {
  const missing = table.columns.find(({ ordinal, generated }) => image.at[ordinal] === ABSENT_CELL && !generated);
  if (missing !== undefined) throw lacking(missing.name, where);
  return columnsIn([image]);
}

function requireRestorable(table: Table, { before, after }: { before: Image; after: Image }, where: string): void {
  for (let i = 0; i < before.at.length; i++) {
    if (before.at[i] === ABSENT_CELL && after.at[i] !== ABSENT_CELL) throw lacking(table.columns[i]!.name, where);
  }
}

function lacking(column: string, where: string): Error {
  return notUndoable(where, `its row images lack the column ${column} (binlog_row_image was not FULL)`, HINT_IMAGES);
}

/**
 *   null bitmap, a bit for each present column; cells of present columns not NULL. `images`: the first that has a column
 */
function writeImage(out: ByteWriter, table: Table, present: readonly number[], images: readonly Image[]): void {
  const holders = present.map((i) => images.find(({ at }) => at[i] !== ABSENT_CELL)!);
  const nulls = present.flatMap((i, k) => (holders[k]!.at[i] === NULL_CELL ? [k] : []));
  out.bytes(bitmapOf(nulls, present.length));
  const codecs = codecsOf(table);
  for (const [k, i] of present.entries()) {
    const { at, end, bytes } = holders[k]!;
    if (at[i] === NULL_CELL) continue;
    const cell = bytes.subarray(at[i], end[i]);
    const { width } = codecs[i]!;
    // What was inflated is stored as it is.
    const head = type.isCompressed(table.columns[i]!.type) && cell.length > 0 ? 1 : 0;
    if (width < 0) out.uint(cell.length + head, -width);
    else if (cell.length !== width) throw malformed(`a cell of ${cell.length} bytes, where ${width} are expected`);
    if (head > 0) out.u8(0);
    out.bytes(cell);
  }
}

function bitmapOf(bits: readonly number[], count: number): Buffer {
  const bitmap = Buffer.alloc((count + 7) >> 3);
  for (const bit of bits) bitmap[bit >> 3]! |= 1 << (bit & 7);
  return bitmap;
}
