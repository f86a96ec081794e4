import type { Change, Row, Value } from '../../core/change.js';
import { RowtideError } from '../../core/errors.js';
import { formatGtid } from '../../core/gtid.js';
import { InvalidText } from '../../core/invalid-text.js';
import type { Transaction } from '../../core/transaction.js';
import { timeText } from '../../format/time.js';
import { visible } from '../../format/visible.js';
import { sameValue } from './value.js';

/** A change and where it comes from. */
export interface Printed {
  readonly transaction: Transaction;
  readonly change: Change;
  /** Counts the changes of the transaction, from 0. */
  readonly index: number;
}

const FIELDS: Readonly<Record<string, (printed: Printed) => string>> = {
  schema: ({ change }) => (change.kind === 'statement' ? change.schema : change.table.schema),
  table: ({ change }) => (change.kind === 'statement' ? '' : change.table.name),
  op: ({ change }) => change.kind,
  pk: ({ change }) => keyOf(change),
  before: ({ change }) => rowJson('before' in change ? change.before : undefined),
  after: ({ change }) => rowJson('after' in change ? change.after : undefined),
  row: ({ change }) => rowJson('after' in change ? change.after : 'before' in change ? change.before : undefined),
  changed: ({ change }) => changedNames(change),
  sql: ({ change }) => (change.kind === 'statement' ? change.sql : ''),
  gtid: ({ transaction }) => (transaction.gtid === null ? '' : formatGtid(transaction.gtid)),
  time: ({ transaction }) => timeText(transaction.committedAtUs),
  file: ({ transaction }) => transaction.span.file,
  pos: ({ transaction }) => String(transaction.span.start),
  server_id: ({ transaction }) => String(transaction.serverId),
  index: ({ index }) => String(index),
};

export const FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\t': '\t', '\\r': '\r', '\\0': '\0', '\\\\': '\\' };

/**
 * Compiles `%{table} %{op} %{pk}` into a printer of lines. `\n \t \r \0 \\` mean what they do elsewhere and `%%` is a
 * percent sign. Values are made visible, so that one change stays one line.
 */
export function compileTemplate(template: string): (printed: Printed) => string {
  const parts = template.split(/(%\{[^}]*\}|%%|\\[ntr0\\])/).map((part): ((printed: Printed) => string) | string => {
    if (part === '%%') return '%';
    const name = /^%\{(.*)\}$/s.exec(part)?.[1];
    if (name === undefined) return ESCAPES[part] ?? part;
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === undefined) throw unknownField(name);
    return (printed) => visible(field(printed));
  });
  return (printed) => `${parts.map((part) => (typeof part === 'string' ? part : part(printed))).join('')}\n`;
}

function unknownField(name: string): RowtideError {
  return new RowtideError('USAGE', `--print knows no %{${name}}`, {
    hint: `It knows ${FIELD_NAMES.map((each) => `%{${each}}`).join(' ')}.`,
  });
}

function keyOf(change: Change): string {
  if (change.kind === 'statement') return '';
  const row = change.kind === 'insert' ? change.after : change.before;
  return change.table.primaryKey
    .map((ordinal) => plainText(row[change.table.columns[ordinal]?.name ?? ''] ?? null))
    .join(',');
}

function plainText(value: Value): string {
  if (value === null) return 'NULL';
  const bytes = value instanceof InvalidText ? value.bytes : value;
  return bytes instanceof Uint8Array ? `0x${Buffer.from(bytes).toString('hex')}` : String(bytes);
}

function changedNames(change: Change): string {
  if (change.kind !== 'update') return '';
  const { before, after } = change;
  return Object.keys(after)
    .filter((name) => !sameValue(before[name], after[name]))
    .join(',');
}

function rowJson(row: Partial<Row> | undefined): string {
  if (row === undefined) return '';
  const fields = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}:${valueJson(value ?? null)}`);
  return `{${fields.join(',')}}`;
}

/** 64 bit integers as numbers with all digits, bytes as base64: as `--format json` writes them. */
function valueJson(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);
}
