import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

export type RecordedVersion = '9.7' | '8.0' | '11.8';

export const RECORDED_VERSIONS: readonly RecordedVersion[] = ['9.7', '8.0', '11.8'];

/** One engine over the recorded log: what it is configured with beside where it reads. */
export interface Run {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The handling modes do not touch each other's columns, so a run tries one of each. */
const mode = (decimal: string, binary: string, time: string, bigint: string): Readonly<Record<string, string>> => ({
  'decimal.handling.mode': decimal,
  'binary.handling.mode': binary,
  'time.precision.mode': time,
  'bigint.unsigned.handling.mode': bigint,
});
const WITH_SCHEMAS = { 'converter.schemas.enable': 'true' };
const DEFAULT_MODES = mode('precise', 'bytes', 'adaptive_time_microseconds', 'long');
const UNWRAP = {
  transforms: 'unwrap',
  'transforms.unwrap.type': 'io.debezium.transforms.ExtractNewRecordState',
};

export const RUNS: readonly Run[] = [
  { name: 'plain', properties: DEFAULT_MODES },
  { name: 'schemas', properties: { ...DEFAULT_MODES, ...WITH_SCHEMAS } },
  {
    name: 'double',
    properties: { ...mode('double', 'base64', 'adaptive_time_microseconds', 'precise'), ...WITH_SCHEMAS },
  },
  { name: 'connect', properties: { ...mode('string', 'base64-url-safe', 'connect', 'long'), ...WITH_SCHEMAS } },
  { name: 'isostring', properties: { ...mode('precise', 'hex', 'isostring', 'precise'), ...WITH_SCHEMAS } },
  { name: 'microseconds', properties: { ...mode('double', 'bytes', 'microseconds', 'long'), ...WITH_SCHEMAS } },
  { name: 'nanoseconds', properties: { ...mode('string', 'bytes', 'nanoseconds', 'long'), ...WITH_SCHEMAS } },
  { name: 'heartbeats', properties: { ...DEFAULT_MODES, ...WITH_SCHEMAS, 'heartbeat.interval.ms': '1' } },
  {
    name: 'bare',
    properties: {
      ...DEFAULT_MODES,
      'tombstones.on.delete': 'false',
      'include.schema.changes': 'false',
      'include.query': 'true',
      'enable.time.adjuster': 'false',
    },
  },
  { name: 'transactions', properties: { ...DEFAULT_MODES, ...WITH_SCHEMAS, 'provide.transaction.metadata': 'true' } },
  { name: 'unwrap', properties: { ...DEFAULT_MODES, ...UNWRAP } },
  {
    name: 'unwrap-rewrite',
    properties: {
      ...DEFAULT_MODES,
      ...WITH_SCHEMAS,
      ...UNWRAP,
      'transforms.unwrap.delete.tombstone.handling.mode': 'rewrite',
      'transforms.unwrap.add.fields': 'op,table,source.ts_ms,lsn:source.pos',
    },
  },
  {
    name: 'unwrap-both',
    properties: {
      ...DEFAULT_MODES,
      ...UNWRAP,
      'transforms.unwrap.delete.tombstone.handling.mode': 'rewrite-with-tombstone',
      'transforms.unwrap.add.fields': 'source.gtid:gtid,source.file,ts_ms',
      'transforms.unwrap.add.fields.prefix': 'added_',
    },
  },
  { name: 'cloudevents', properties: { ...DEFAULT_MODES, 'recorder.format': 'cloudevents' } },
];

/** One record of Debezium's, each part as the text of JSON that Debezium wrote. */
export interface RecordedRecord {
  readonly topic: string;
  readonly key: string;
  readonly headers: string;
  readonly value: string;
}

const path = (name: string): string => fileURLToPath(new URL(`recorded/${name}`, import.meta.url));

export const binlogPath = (version: RecordedVersion): string => path(`${version}/binlog.000001`);
const goldenPath = (version: RecordedVersion, run: string): string => path(`${version}/${run}.jsonl.br`);

/** Most of a line is as in the line before it. */
export async function saveGolden(version: RecordedVersion, run: string, lines: Buffer): Promise<number> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const packed = brotliCompressSync(lines, { params });
  await writeFile(goldenPath(version, run), packed);
  return packed.length;
}

export async function readGolden(version: RecordedVersion, run: string): Promise<RecordedRecord[]> {
  const lines = brotliDecompressSync(await readFile(goldenPath(version, run))).toString();
  return lines.trimEnd().split('\n').map(recordOf);
}

/** Parts are cut out, not parsed: a parser of JSON in JavaScript would round large numbers. */
function recordOf(line: string): RecordedRecord {
  const [, topic = '', key = '', headers = '', value = ''] =
    /^\{"topic":"([^"]*)"\t"key":(.*)\t"headers":(.*)\t"value":(.*)\}$/s.exec(line) ?? [];
  return { topic, key, headers, value };
}
