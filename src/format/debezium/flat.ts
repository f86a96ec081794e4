import type { RowCursor, Rows, Transaction } from '../../core/transaction.js';
import type { Format, RowsWriter } from '../format.js';
import { requireWholeDocuments } from '../whole-documents.js';
import { jsonRecord } from './connect-record.js';
import { type ConnectField, optional } from './connect-schema.js';
import { KEY_CHANGE, OPS } from './debezium.js';
import { heartbeat } from './heartbeat.js';
import type { DebeziumFlatOptions } from './options.js';
import { schemaChange } from './schema-change.js';
import { rowsSource, sourceField } from './source.js';
import { type DebeziumTable, debeziumTables, headOf } from './table.js';

/**
 * The row alone, as Debezium's ExtractNewRecordState leaves it: `{"id":1,"v":"a"}`, with `__deleted` where deletes are
 * rewritten, and what `addFields` asks for.
 */
export function debeziumFlatFormat(options: DebeziumFlatOptions, nowMs: () => number = Date.now): Format {
  const tableOf = debeziumTables(options);
  return {
    tombstones: options.deleteTombstoneHandlingMode === 'rewrite-with-tombstone',
    keyChange: KEY_CHANGE,
    rows: (transaction, rows) =>
      new FlatRows(transaction, rows, { table: tableOf(rows.table), options, timeMs: nowMs() }),
    statement(transaction, statement) {
      if (!options.includeSchemaChanges) return [];
      const record = schemaChange(transaction, statement, { ...options, timeMs: nowMs() });
      return record === null ? [] : [jsonRecord(record, options)];
    },
    heartbeat: (_, timeMs) => jsonRecord(heartbeat(timeMs, options), options),
  };
}

interface EventFacts {
  readonly table: DebeziumTable;
  readonly options: DebeziumFlatOptions;
  readonly timeMs: number;
}

class FlatRows implements RowsWriter {
  readonly #table: DebeziumTable;
  readonly #rows: Rows;
  readonly #isTombstone: boolean;
  readonly #head: Buffer;
  /** In place of the image's closing brace. */
  readonly #tail: Buffer;

  constructor(transaction: Transaction, rows: Rows, { table, options, timeMs }: EventFacts) {
    const isRewritten = options.deleteTombstoneHandlingMode !== 'tombstone';
    const added = addedFields(transaction, rows, { options, timeMs });
    const isDelete = rows.op === 'delete';
    const deleted = isRewritten ? `,"__deleted":"${isDelete}"` : '';
    this.#table = table;
    this.#rows = rows;
    this.#isTombstone = isDelete && !isRewritten;
    const fields = [
      ...(table.rowSchema.fields ?? []),
      ...(isRewritten ? [optional('string', '__deleted')] : []),
      ...added.map(({ field }) => field),
    ];
    this.#head = Buffer.from(options.schemasEnable ? headOf({ ...table.rowSchema, fields, optional: false }) : '');
    const end = options.schemasEnable ? '}}' : '}';
    this.#tail = Buffer.from(`${deleted}${added.map(({ text }) => text).join('')}${end}`);
  }

  bytesMax(cursor: RowCursor): number {
    return this.#table.bytesMax(cursor) + this.#head.length + this.#tail.length;
  }

  key(out: Buffer, at: number, cursor: RowCursor): number {
    return this.#table.key(out, at, cursor);
  }

  value(out: Buffer, at: number, cursor: RowCursor): number {
    if (this.#isTombstone) return at;
    if (cursor.diffs !== null) requireWholeDocuments(cursor, this.#rows.table);
    out.set(this.#head, at);
    const brace = this.#table.image(out, at + this.#head.length, cursor.after ?? cursor.before) - 1;
    out.set(this.#tail, brace);
    return brace + this.#tail.length;
  }
}

interface Added {
  readonly field: ConnectField;
  /** `,"name":value` */
  readonly text: string;
}

function addedFields(
  transaction: Transaction,
  rows: Rows,
  { options, timeMs }: { options: DebeziumFlatOptions; timeMs: number },
): Added[] {
  const source = { ...rowsSource(transaction, rows, { ...options, includeQuery: false }) };
  const envelope = new Map<string, [type: string, value: unknown]>([
    ['op', ['string', OPS[rows.op]]],
    ['ts_ms', ['int64', timeMs]],
    ['ts_us', ['int64', timeMs * 1000]],
    ['ts_ns', ['int64', BigInt(timeMs) * 1_000_000n]],
  ]);
  const sourceFields = sourceField(source.connector).fields ?? [];
  return options.addFields.map((wanted) => {
    const [path = '', alias] = wanted.split(':');
    const name = path.replace(/^source\./, '');
    const [type, value] = (path === name ? envelope.get(name) : undefined) ?? [
      sourceFields.find(({ field }) => field === name)!.type,
      source[name as keyof typeof source],
    ];
    const field = `${options.addFieldsPrefix}${alias ?? path.replaceAll('.', '_')}`;
    const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
    return { field: optional(type, field), text: `,${JSON.stringify(field)}:${text}` };
  });
}
