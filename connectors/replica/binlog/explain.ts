import {
  changes,
  columnType,
  type Rows,
  type ServerAddress,
  Session,
  type SqlError,
  type Table,
  type Transaction,
  type Value,
} from 'rowtide';
import type { Piece } from '../piece.js';

/** Rows were not found, or are there already. */
const ROW_ERRORS = new Set([1022, 1032, 1062, 1451, 1452]);
/** What a server says where rows do not fit the columns of its table: mostly only that something is wrong. */
const COLUMN_ERRORS = new Set([1105, 1677, 13146]);
const SHOWN_MAX = 300;
const EXPLAIN_MS_MAX = 10_000;

/** What a server’s error leaves out: the row that it was about, or the columns that do not fit each other. */
export async function explained(error: SqlError, { entries = [] }: Piece, address: ServerAddress): Promise<string> {
  const rows = entries.filter((entry) => entry.kind === 'rows');
  const [first] = rows;
  if (first === undefined) return '';
  if (ROW_ERRORS.has(error.errno)) return rows.length === 1 ? rowOf(first) : '';
  if (!COLUMN_ERRORS.has(error.errno)) return '';
  const tables = [...new Set(rows.map(({ table }) => table))];
  const texts = await columnsAt(address, tables).catch(() => []);
  return texts.map((text) => `; ${text}`).join('');
}

/** Where there is only one. */
function rowOf(rows: Rows): string {
  const { start, end } = rows.event;
  const transaction: Pick<Transaction, 'entries' | 'span'> = { entries: [rows], span: { file: 'the log', start, end } };
  const [change, other] = changes(transaction as Transaction);
  if (change === undefined || other !== undefined || change.kind === 'statement') return '';
  const row = 'before' in change ? change.before : change.after;
  const text = Object.entries(row).map(([name, value]) => `${name}=${shown(value)}`);
  return `; the row is ${cut(text.join(', '))}`;
}

function shown(value: Value | undefined): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** What the source’s rows are made of, and what the target’s tables are. */
async function columnsAt(address: ServerAddress, tables: readonly Table[]): Promise<string[]> {
  const session = await Session.open(address, AbortSignal.timeout(EXPLAIN_MS_MAX));
  try {
    const texts: string[] = [];
    for (const { schema, name, columns } of tables) {
      const [[found] = [null]] = await session.query<[string | null]>(
        `SELECT GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, COLUMN_TYPE) ORDER BY ORDINAL_POSITION SEPARATOR ', ')
           FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ${text(schema)} AND TABLE_NAME = ${text(name)}`,
      );
      const logged = columns.map(({ name: column, type }) => `${column} ${columnType.typeName(type)}`);
      texts.push(`rows of ${schema}.${name} have (${cut(logged.join(', '))}), the target’s have (${cut(found ?? '')})`);
    }
    return texts;
  } finally {
    await session.close();
  }
}

/** In hexadecimal, so that no character of it means anything else. */
function text(value: string): string {
  return `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`;
}

function cut(all: string): string {
  return all.length > SHOWN_MAX ? `${all.slice(0, SHOWN_MAX)}…` : all;
}
