/** What `record.ts` has recorded. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export type RecordedVersion = '9.7' | '8.0';

export const RECORDED_VERSIONS: readonly RecordedVersion[] = ['9.7', '8.0'];

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

export function golden(version: RecordedVersion, name: string): string {
  return fileURLToPath(new URL(`golden/${version}/${name}`, import.meta.url));
}

export function goldenLines(version: RecordedVersion, set: string): string[] {
  return unpacked(version, `${set}.jsonl.gz`)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

/** As the server calls it that recorded. */
export const BINLOG = 'binlog.000002';

export function goldenBinlog(version: RecordedVersion): { name: string; bytes: Buffer } {
  return { name: BINLOG, bytes: unpacked(version, 'binlog.gz') };
}

function unpacked(version: RecordedVersion, name: string): Buffer {
  return gunzipSync(readFileSync(golden(version, name)));
}
