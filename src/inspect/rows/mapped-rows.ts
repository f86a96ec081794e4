import type { ByteReader } from '../../binlog/bytes.js';
import { tableWithoutNames } from '../../binlog/mapped-table.js';
import { RowsBody } from '../../binlog/rows.js';
import type { TableMap } from '../../binlog/table-map.js';
import { PARTIAL_UPDATE_ROWS_EVENT } from '../../binlog/types.js';
import { ImageReader } from '../../column/image.js';
import { JSON_DOCUMENT } from '../../column/types.js';
import { malformed, unreachable } from '../../core/errors.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import type { Table } from '../../core/table.js';
import type { Output } from '../output.js';
import { type ColumnText, columnTexts, ImageText, writeCorrupted } from './image-text.js';
import type { RowsStyle } from './style.js';

/** The images of one event that stand in one place of its rows: how they are located, and how printed. */
interface Images {
  readonly reader: ImageReader;
  readonly text: ImageText;
  /** What begins the text of a row; empty for the second image of an update. */
  readonly statement: string;
  readonly bitmapBytes: number;
}

const PARTIAL_JSON = 1;
const NO_DIFFS = (): boolean => false;

/** Prints the rows of one version of a table as pseudo-SQL. The characters of its names are bytes. */
export class MappedRows {
  readonly #map: TableMap;
  readonly #table: Table;
  readonly #style: RowsStyle;
  readonly #columns: readonly ColumnText[];
  readonly #name: string;
  readonly #jsonColumns: readonly number[];
  /** By clause and by which columns the images have: those of a table mostly have all of them, or the same few. */
  readonly #texts = new Map<string, ImageText>();

  constructor(map: TableMap, style: RowsStyle) {
    this.#map = map;
    this.#style = style;
    this.#table = tableWithoutNames(map);
    this.#columns = columnTexts(this.#table, style, map.metadata?.dimensions ?? []);
    this.#name = `${identifier(map.schema)}.${identifier(map.name)}`;
    this.#jsonColumns = this.#table.columns.flatMap(({ type, ordinal }) => (type === JSON_DOCUMENT ? [ordinal] : []));
  }

  /** Returns how many rows there were. */
  write(event: RawEvent, format: FormatDescription, output: Output): number {
    const body = new RowsBody(event, format);
    const { rows } = body;
    switch (body.op) {
      case 'insert': {
        if (rows.left === 0) return this.#writeBareInsert(output);
        const images = this.#images(body, body.after, [`### INSERT INTO ${this.#name}\n`, '### SET\n']);
        return this.#writeRows(rows, () => this.#writeImage(images, rows, output));
      }
      case 'delete': {
        const images = this.#images(body, body.before, [`### DELETE FROM ${this.#name}\n`, '### WHERE\n']);
        return this.#writeRows(rows, () => this.#writeImage(images, rows, output));
      }
      case 'update': {
        const before = this.#images(body, body.before, [`### UPDATE ${this.#name}\n`, '### WHERE\n']);
        const after = this.#images(body, body.after, ['', '### SET\n']);
        const writeAfter = this.#afterImageOf(event, body.after);
        return this.#writeRows(rows, () => this.#writeImage(before, rows, output) && writeAfter(after, rows, output));
      }
      default:
        return unreachable(body.op);
    }
  }

  #afterImageOf(event: RawEvent, columns: Int32Array): WriteImage {
    if (event.type === PARTIAL_UPDATE_ROWS_EVENT) return (...image) => this.#writePartialImage(...image);
    if (columns.length === 0 && this.#style.style === 'mariadb') return writeNoColumns;
    return (...image) => this.#writeImage(...image);
  }

  #writeRows(rows: ByteReader, write: () => boolean): number {
    let count = 0;
    while (rows.left > 0) {
      count++;
      if (!write()) break;
    }
    return count;
  }

  /** A row of nothing but defaults under BINLOG_ROW_IMAGE=MINIMAL. */
  #writeBareInsert(output: Output): number {
    const { schema, name } = this.#map;
    // MySQL's tool doubles no backticks here.
    const table = this.#style.style === 'mysql' ? `\`${schema}\`.\`${name}\`` : this.#name;
    output.ascii(`### INSERT INTO ${table} VALUES ()\n`);
    return 1;
  }

  #images({ rows }: RowsBody, logged: Int32Array, [statement, clause]: readonly [string, string]): Images {
    const count = this.#table.columns.length;
    const columns = logged.at(-1)! < count || logged.length === 0 ? logged : logged.filter((column) => column < count);
    const key = `${statement}${clause}${columns.join()}`;
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = new ImageText(statement + clause, columns, this.#columns);
      this.#texts.set(key, text);
    }
    // Compressed cells are shown as they are stored, as the tool shows them.
    const reader = new ImageReader(this.#table, rows.bytes, columns);
    return { reader, text, statement, bitmapBytes: (columns.length + 7) >> 3 };
  }

  /** False where nothing of the event may follow. */
  #writeImage({ reader, text, statement, bitmapBytes }: Images, rows: ByteReader, output: Output): boolean {
    const { at, end } = rows;
    if (end - at < bitmapBytes) return this.#refuseBitmap('NULL bitmap', bitmapBytes, { statement, rows, output });
    if (!text.isPrintable || bitmapBytes === 0) this.#refuseMariadb(rows);
    const next = reader.locate(at);
    if (next <= end) {
      rows.at = next;
      // The tool takes an image without any column for the end of the event.
      return text.write(output, reader.image, next - at) && next > at;
    }
    this.#refuseMariadb(rows);
    return text.writeCells(output, reader.image, { end, hasDiffs: NO_DIFFS });
  }

  /** An image with what stands before it in PARTIAL_UPDATE_ROWS, see partial-rows.ts. */
  #writePartialImage({ reader, text, bitmapBytes }: Images, rows: ByteReader, output: Output): boolean {
    if (rows.left === 0) {
      output.ascii('*** Error reading binlog_row_value_options from Partial_update_rows_log_event\n');
      return false;
    }
    const hasPartial = (rows.lengthEncoded() & PARTIAL_JSON) !== 0;
    const partialBytes = hasPartial ? (this.#jsonColumns.length + 7) >> 3 : 0;
    const place = { statement: '', rows, output };
    if (rows.left < partialBytes) return this.#refuseBitmap('partial update bitmap', partialBytes, place);
    const partial = rows.slice(partialBytes);
    if (rows.left < bitmapBytes) return this.#refuseBitmap('NULL bitmap', bitmapBytes, place);
    const next = reader.locate(rows.at);
    const hasDiffs = (column: number): boolean => {
      const i = this.#jsonColumns.indexOf(column);
      return hasPartial && i >= 0 && (partial[i >> 3]! & (1 << (i & 7))) !== 0;
    };
    if (next <= rows.end) rows.at = next;
    return text.writeCells(output, reader.image, { end: rows.end, hasDiffs });
  }

  #refuseBitmap(
    what: string,
    bytes: number,
    { statement, rows, output }: { statement: string; rows: ByteReader; output: Output },
  ): false {
    this.#refuseMariadb(rows);
    output.ascii(statement);
    writeCorrupted(output, `${what} size is set to ${bytes}, but`, rows.left);
    return false;
  }

  /** MariaDB's tool gives up here, and prints nothing of the statement. */
  #refuseMariadb(rows: ByteReader): void {
    if (this.#style.style === 'mysql') return;
    throw malformed(`a row of ${this.#map.schema}.${this.#map.name} at ${rows.at} of its event cannot be printed`);
  }
}

type WriteImage = (images: Images, rows: ByteReader, output: Output) => boolean;

/** An update of columns that are not logged. */
function writeNoColumns(_: Images, __: ByteReader, output: Output): boolean {
  output.ascii('### SET /* no columns */\n');
  return true;
}

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
