import type { RowCursor } from '../../../src/core/transaction.js';
import { TransactionBounds } from '../../../src/format/bounds.js';
import type { Format, FormattedRecord, RowsWriter } from '../../../src/format/format.js';
import { KeyChange } from '../../../src/format/key-change.js';
import { fileLog } from '../../../src/source/files.js';
import { stream } from '../../roundtrip/stream.js';

export interface WrittenRecord {
  readonly key: string | null;
  readonly value: string | null;
  /** Of a changed key. */
  readonly headers: Readonly<Record<string, string>>;
}

const MARGIN_BYTES = 8;
const { signal } = new AbortController();

/** All records that the format makes of the log in a file, as a sink would write them, tombstones and all. */
export async function written(path: string, format: Format): Promise<WrittenRecord[]> {
  const records: WrittenRecord[] = [];
  const add = (record: FormattedRecord | null): void => {
    if (record !== null)
      records.push({ key: record.key?.toString() ?? null, value: record.value.toString(), headers: {} });
  };
  for await (const transaction of stream(fileLog({ paths: [path] }))) {
    const bounds = new TransactionBounds(format, transaction);
    for (const kind of ['statement', 'transaction'] as const)
      await format.prepareOther?.(kind, { topic: kind, transaction, signal });
    let index = 0;
    for (const entry of transaction.entries) {
      if (entry.kind === 'statement') {
        for (const record of format.statement(transaction, entry, index++)) add(record);
        continue;
      }
      add(bounds.begin());
      await format.prepare?.(entry, { topic: 't', transaction, signal });
      const writer = format.rows(transaction, entry);
      const cursor = entry.cursor();
      const change = entry.op === 'update' ? new KeyChange(format, transaction, { rows: entry, cursor }) : null;
      let count = 0;
      while (cursor.next()) {
        if (change?.isNow === true && format.keyChange !== undefined) {
          const { deleted, inserted } = change;
          const [oldKey, newKey] = [keyOf(deleted.writer, deleted.cursor), keyOf(inserted.writer, inserted.cursor)];
          const headers = { [format.keyChange.newKey]: newKey! };
          const first = recordOf(deleted.writer, deleted.cursor, index++);
          records.push({ ...first, headers });
          if (format.tombstones === true) records.push({ key: first.key, value: null, headers });
          const last = recordOf(inserted.writer, inserted.cursor, index++);
          records.push({ ...last, headers: { [format.keyChange.oldKey]: oldKey! } });
          count += 2;
          continue;
        }
        const record = recordOf(writer, cursor, index++);
        records.push(record);
        if (entry.op === 'delete' && format.tombstones === true) records.push({ ...record, value: null });
        count++;
      }
      bounds.wrote(entry.table, count);
    }
    add(bounds.end());
  }
  return records;
}

function recordOf(writer: RowsWriter, cursor: RowCursor, index: number): WrittenRecord {
  const out = Buffer.alloc(writer.bytesMax(cursor) + MARGIN_BYTES);
  const end = writer.key(out, 0, cursor);
  const to = writer.value(out, end, cursor, index);
  if (to > out.length - MARGIN_BYTES) throw new Error(`${to} bytes, more than it said`);
  const text = (from: number, until: number): string | null =>
    from === until ? null : out.toString('utf8', from, until);
  return { key: text(0, end), value: text(end, to), headers: {} };
}

function keyOf(writer: RowsWriter, cursor: RowCursor): string | null {
  const out = Buffer.alloc(writer.bytesMax(cursor) + MARGIN_BYTES);
  const end = writer.key(out, 0, cursor);
  return end === 0 ? null : out.toString('utf8', 0, end);
}
