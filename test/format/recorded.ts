/** What a format makes of a recorded binlog. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowCursor, Transaction } from '../../src/core/transaction.js';
import type { Format, RowsWriter } from '../../src/format/format.js';
import { fileLog } from '../../src/source/files.js';
import { type StreamOptions, stream } from '../roundtrip/stream.js';

export interface WrittenRecord {
  readonly key: string | null;
  readonly value: string;
}

interface LogFile {
  /** As the server called it. */
  readonly name: string;
  readonly bytes: Buffer;
}

export async function* recordedTransactions(file: LogFile, options: StreamOptions = {}): AsyncGenerator<Transaction> {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-recorded-'));
  const path = join(folder, file.name);
  writeFileSync(path, file.bytes);
  try {
    yield* stream(fileLog({ paths: [path] }), options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Keys and values of all records of a file. */
export async function recordsOf(format: Format, file: LogFile, options: StreamOptions = {}): Promise<WrittenRecord[]> {
  const records: WrittenRecord[] = [];
  for await (const transaction of recordedTransactions(file, options)) {
    let index = 0;
    for (const entry of transaction.entries) {
      if (entry.kind === 'statement') {
        for (const { key, value } of format.statement(transaction, entry, index)) {
          records.push({ key: key === null ? null : key.toString(), value: value.toString() });
        }
        index++;
        continue;
      }
      const writer = format.rows(transaction, entry);
      for (const cursor = entry.cursor(); cursor.next(); index++) records.push(recordOf(writer, cursor, index));
    }
  }
  return records;
}

function recordOf(writer: RowsWriter, cursor: RowCursor, index: number): WrittenRecord {
  const bytesMax = writer.bytesMax(cursor);
  const out = Buffer.alloc(bytesMax + 8);
  const keyEnd = writer.key(out, 0, cursor);
  const end = writer.value(out, keyEnd, cursor, index);
  if (end > bytesMax) throw new Error(`${end} bytes were written, not ${bytesMax} at most`);
  return { key: keyEnd === 0 ? null : out.toString('utf8', 0, keyEnd), value: out.toString('utf8', keyEnd, end) };
}
