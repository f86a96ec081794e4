/** What `record.ts` has recorded. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** As the server calls it that recorded. */
export const BINLOG = 'binlog.000002';

export function golden(name: string): string {
  return fileURLToPath(new URL(`golden/${name}`, import.meta.url));
}

export function goldenMessages(): string[] {
  return unpacked('messages.jsonl.gz')
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

export function goldenBinlog(): { name: string; bytes: Buffer } {
  return { name: BINLOG, bytes: unpacked('binlog.gz') };
}

function unpacked(name: string): Buffer {
  return gunzipSync(readFileSync(golden(name)));
}
