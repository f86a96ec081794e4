/** What `record.ts` has recorded. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The forms of keys, which only its Kafka producer makes. */
export const KEY_FORMS = ['hash', 'array'] as const;

/** Options of Maxwell, and the same ones of ours. */
export const OPTION_SETS = {
  plain: { maxwell: {}, ours: {} },
  all: {
    maxwell: {
      gtid_mode: true,
      output_binlog_position: true,
      output_gtid_position: true,
      output_xoffset: true,
      output_server_id: true,
      output_thread_id: true,
      output_row_query: true,
      output_primary_keys: true,
      output_primary_key_columns: true,
      output_ddl: true,
    },
    ours: {
      outputBinlogPosition: true,
      outputGtidPosition: true,
      outputXoffset: true,
      outputServerId: true,
      outputThreadId: true,
      outputRowQuery: true,
      outputPrimaryKeys: true,
      outputPrimaryKeyColumns: true,
      outputDdl: true,
    },
  },
  bare: {
    maxwell: { output_commit_info: false, output_nulls: false, output_null_zerodates: true },
    ours: { outputCommitInfo: false, outputNulls: false, outputNullZerodates: true },
  },
} as const;

export function golden(name: string): string {
  return fileURLToPath(new URL(`golden/${name}`, import.meta.url));
}

export function goldenText(name: string): string {
  return gunzipSync(readFileSync(golden(name))).toString();
}

export function goldenLines(set: string): string[] {
  return goldenText(`${set}.jsonl.gz`)
    .split('\n')
    .filter((line) => line !== '');
}

/** As the server called it. */
export function goldenBinlog(): { name: string; bytes: Buffer } {
  return { name: 'binlog.000002', bytes: gunzipSync(readFileSync(golden('binlog.gz'))) };
}
