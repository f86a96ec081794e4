import { ABSENT_CELL, crc32, type Entry, type Image, NULL_CELL, type RowCursor, type Rows } from 'rowtide';

/** Some of a transaction's rows, which can be walked again. */
export interface Fragment {
  readonly entries: readonly Entry[];
  /** Of the transaction, up to the last one of these. */
  readonly rows: number;
  /** Of the last row; 0 of the last fragment. */
  readonly crc32: number;
  readonly isLast: boolean;
}

export interface Cuts {
  /** Rows to leave out: where there are any, the first fragment stands for them, and has no entries. */
  readonly skip: number;
  /** Of a fragment; Infinity for no bound. */
  readonly rowsMax: number;
}

/** Reads the entries once, and holds those of one fragment. A fragment is full when another row follows. */
export function* fragmentsOf(entries: Iterable<Entry>, { skip, rowsMax }: Cuts): Generator<Fragment, void> {
  let kept: Entry[] = [];
  let rows = 0;
  let cutAt = skip > 0 ? skip : rowsMax;
  let crc = 0;
  for (const entry of entries) {
    if (entry.kind === 'statement') {
      if (rows >= skip) kept.push(entry);
      continue;
    }
    const begin = rows;
    let from = rows;
    const keep = (): void => {
      if (from < rows && rows > skip) kept.push(new RowsWindow(entry, from - begin, rows - begin));
      from = rows;
    };
    const cursor = entry.cursor();
    while (cursor.next()) {
      if (rows === cutAt) {
        keep();
        yield { entries: kept, rows, crc32: crc, isLast: false };
        kept = [];
        cutAt += rowsMax;
      }
      rows++;
      if (rows === cutAt) crc = crcOf(entry, cursor);
    }
    keep();
  }
  yield { entries: kept, rows, crc32: 0, isLast: true };
}

export function hasMoreRows(entries: Iterable<Entry>, rowsMax: number): boolean {
  let rows = 0;
  for (const entry of entries) {
    if (entry.kind === 'statement') continue;
    const cursor = entry.cursor();
    while (cursor.next()) {
      rows++;
      if (rows > rowsMax) return true;
    }
  }
  return false;
}

/** Some of the rows of an event. */
class RowsWindow implements Rows {
  readonly kind = 'rows';
  readonly #rows: Rows;
  readonly #from: number;
  readonly #to: number;

  constructor(rows: Rows, from: number, to: number) {
    this.#rows = rows;
    this.#from = from;
    this.#to = to;
  }

  get op(): Rows['op'] {
    return this.#rows.op;
  }

  get table(): Rows['table'] {
    return this.#rows.table;
  }

  get event(): Rows['event'] {
    return this.#rows.event;
  }

  get query(): Rows['query'] {
    return this.#rows.query;
  }

  get foreignKeyChecks(): Rows['foreignKeyChecks'] {
    return this.#rows.foreignKeyChecks;
  }

  cursor(): RowCursor {
    const cursor = this.#rows.cursor();
    for (let i = 0; i < this.#from; i++) cursor.next();
    return new WindowCursor(cursor, this.#to - this.#from);
  }
}

class WindowCursor implements RowCursor {
  readonly #cursor: RowCursor;
  #left: number;

  constructor(cursor: RowCursor, rows: number) {
    this.#cursor = cursor;
    this.#left = rows;
  }

  get before(): RowCursor['before'] {
    return this.#cursor.before;
  }

  get after(): RowCursor['after'] {
    return this.#cursor.after;
  }

  get diffs(): RowCursor['diffs'] {
    return this.#cursor.diffs;
  }

  next(): boolean {
    return this.#left-- > 0 && this.#cursor.next();
  }
}

/** Of what a row is, whichever event of whichever server it was logged in. */
function crcOf({ op, table: { schema, name } }: Rows, { before, after }: RowCursor): number {
  const images = [before, after].filter((image) => image !== null);
  return crc32(Buffer.concat([Buffer.from(`${op} ${schema}.${name}`), ...images.flatMap(cellsOf)]));
}

function cellsOf({ bytes, at, end }: Image): Buffer[] {
  return Array.from(at, (from, ordinal) => {
    if (from === NULL_CELL) return NULL;
    return from === ABSENT_CELL ? ABSENT : bytes.subarray(from, end[ordinal]);
  });
}

const NULL = Buffer.from('\0null');
const ABSENT = Buffer.from('\0absent');
