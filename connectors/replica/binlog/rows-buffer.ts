import { HEADER_BYTES, inflatedRows, type LoggedRows, type Rows, RowtideError } from 'rowtide';
import type { Piece } from '../piece.js';

const LENGTH_AT = 9;
/** The last row event of a statement; behind it the server closes its tables and forgets their TABLE_MAPs. */
const STMT_END_F = 1;
const SHORT_ID_BYTES = 6;

/** Row events on their way into one BINLOG statement, each behind the TABLE_MAP that it needs. */
export class RowsBuffer {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #entries: Rows[] = [];
  /** The last TABLE_MAP, as long as the server remembers it. */
  #open: RowsMap | null = null;
  /** Where the flags of the last row event are. */
  #flagsAt = 0;
  /** Of statements that were executed. */
  readonly #spare: Buffer[] = [];

  /** Adds rows; before them yields the statement with those before, if all together were above `bytesMax`. */
  *add(rows: Rows, bytesMax: number): Generator<Piece> {
    const { map, format } = loggedOf(rows);
    if (this.#length > 0 && this.#length + rows.event.bytes.length + map.bytes.length > bytesMax) yield* this.take();
    this.#entries.push(rows);
    const endsAt = HEADER_BYTES + (format.postHeaderBytes(rows.event.type) === SHORT_ID_BYTES ? 4 : 6);
    if (this.#open !== map) {
      this.end();
      this.#append(map.bytes);
    }
    const from = this.#length;
    this.#append(inflatedRows(rows.event, format));
    this.#flagsAt = from + endsAt;
    this.#open = (this.#bytes[this.#flagsAt]! & STMT_END_F) === 0 ? map : null;
  }

  /** Ends the statement of the last row event: nothing that follows belongs to it. */
  end(): void {
    if (this.#open !== null) this.#bytes[this.#flagsAt]! |= STMT_END_F;
    this.#open = null;
  }

  /** The statement with all that was added, if there is any, and nothing is left. */
  *take(): Generator<Piece> {
    if (this.#length === 0) return;
    this.end();
    const events = this.#bytes.subarray(0, this.#length);
    const entries = this.#entries;
    const bytes = statementBytes(events);
    this.#length = 0;
    this.#entries = [];
    if (bytes < SPARE_BYTES_MIN || bytes > SPARE_BYTES_MAX) yield { sql: binlogStatement(events), entries };
    else {
      const memory = this.#spare.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES_MAX);
      const release = () => void this.#spare.push(memory);
      yield { sql: binlogStatement(events, memory.subarray(0, bytes)), entries, release };
    }
  }

  #append(event: Buffer): void {
    const from = this.#length;
    this.#reserve(event.length);
    event.copy(this.#bytes, from);
    // The logged length may be that with a checksum, which is cut off.
    this.#bytes.writeUInt32LE(event.length, from + LENGTH_AT);
    this.#length += event.length;
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(wanted, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

type RowsMap = LoggedRows['map'];

/** `BINLOG '…'` of whole events. */
export function binlogStatement(
  events: Buffer,
  statement: Buffer = Buffer.allocUnsafe(statementBytes(events)),
): Buffer {
  let at = statement.write(PREFIX, 0, 'latin1');
  for (let from = 0; from < events.length; from += CHUNK_BYTES) {
    at += statement.write(events.toString('base64', from, Math.min(from + CHUNK_BYTES, events.length)), at, 'latin1');
  }
  statement[at] = QUOTE;
  return statement;
}

function statementBytes(events: Buffer): number {
  return PREFIX.length + 4 * Math.ceil(events.length / 3) + 1;
}

/** Its text is a string that V8 gets rid of easily: larger ones are objects of their own kind. */
const CHUNK_BYTES = 48 * 1024;
/** Smaller statements share memory that Node makes for many; one event may be larger. */
const SPARE_BYTES_MIN = 32 * 1024;
const SPARE_BYTES_MAX = 384 * 1024;

const PREFIX = "BINLOG '";
const QUOTE = 0x27;

function loggedOf({ logged, table }: Rows): LoggedRows {
  if (logged !== undefined) return logged;
  throw new RowtideError('SINK_REFUSED', `rows of ${table.schema}.${table.name} were changed on the way`, {
    hint: 'Mode binlog has the server apply its events as they were logged: leave out transform.where and transform.columns for this table, or use mode sql.',
  });
}
