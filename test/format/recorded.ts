/** What a format makes of a recorded binlog. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Format } from '../../src/format/format.js';
import { fileLog } from '../../src/source/files.js';
import { type StreamOptions, stream } from '../roundtrip/stream.js';

export interface WrittenRecord {
  readonly key: string | null;
  readonly value: string;
}

/** Keys and values of all records of a file, by its bytes and the name that the server gave it. */
export async function recordsOf(
  format: Format,
  file: { readonly name: string; readonly bytes: Buffer },
  options: StreamOptions = {},
): Promise<WrittenRecord[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-recorded-'));
  const path = join(folder, file.name);
  writeFileSync(path, file.bytes);
  const records: WrittenRecord[] = [];
  try {
    for await (const transaction of stream(fileLog({ paths: [path] }), options)) {
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
        for (const cursor = entry.cursor(); cursor.next(); index++) {
          const bytesMax = writer.bytesMax(cursor);
          const out = Buffer.alloc(bytesMax + 8);
          const keyEnd = writer.key(out, 0, cursor);
          const end = writer.value(out, keyEnd, cursor, index);
          if (end > bytesMax) throw new Error(`${end} bytes were written, not ${bytesMax} at most`);
          const key = keyEnd === 0 ? null : out.toString('utf8', 0, keyEnd);
          records.push({ key, value: out.toString('utf8', keyEnd, end) });
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return records;
}
