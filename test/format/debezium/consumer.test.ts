/** Kafka Connect's own converter, which knows nothing but our schemas, reads out of records what the server shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { debeziumFormat } from '../../../src/format/debezium/debezium.js';
import { type DebeziumOptions, debeziumOptions } from '../../../src/format/debezium/options.js';
import type { ColumnFacts } from '../../../src/mysql/columns.js';
import { fixture } from '../../fixtures/files.js';
import type { SelectedTable } from '../../fixtures/recorder.js';
import { runJava } from '../../servers/java-program.js';
import { type WrittenRecord, written } from './golden.js';
import { binlogPath } from './runs.js';

const CONSUMER = {
  source: join(import.meta.dirname, 'ReadWithSchemas.java'),
  name: 'connect-json-4.3.1',
  artifacts: ['org.apache.kafka:connect-json:4.3.1', 'org.slf4j:slf4j-nop:1.7.36'],
};

type Cells = Readonly<Record<string, string | null>>;

interface ReadRecord {
  readonly key: Cells | null;
  readonly value: {
    readonly source: { db: string; table: string };
    readonly op?: string;
    readonly after?: Cells;
  } | null;
}

/** Modes that lose nothing, but for times of day that Kafka Connect has no type for. */
const MODES = {
  default: { bigintUnsignedHandlingMode: 'precise' },
  texts: {
    decimalHandlingMode: 'string',
    binaryHandlingMode: 'hex',
    bigintUnsignedHandlingMode: 'precise',
    timePrecisionMode: 'microseconds',
  },
  connect: { bigintUnsignedHandlingMode: 'precise', timePrecisionMode: 'connect' },
} as const satisfies Record<string, Partial<DebeziumOptions>>;
const FIXTURES = ['types-9.7', 'types-8.0', 'types-11.8', 'shop-9.7', 'shop-11.8'] as const;

const formatWith = (options: Partial<DebeziumOptions>) =>
  debeziumFormat(debeziumOptions.parse({ topicPrefix: 'java', schemasEnable: true, ...options }));

/** All that is to be read, by what it is: Java takes a second to start, so it starts once. */
async function inputs(): Promise<Map<string, WrittenRecord[]>> {
  const all = new Map<string, WrittenRecord[]>();
  for (const name of FIXTURES) {
    for (const [mode, options] of Object.entries(MODES))
      all.set(`${name} ${mode}`, await written(fixture(`${name}.binlog`), formatWith(options)));
  }
  for (const version of ['9.7', '11.8'] as const)
    all.set(version, await written(binlogPath(version), formatWith({ provideTransactionMetadata: true })));
  return all;
}

const records = await inputs();
const lines = [...records.values()].flat().map(({ key, value }) => `${key ?? ''}\t${value ?? ''}\n`);
const printed = (await runJava(CONSUMER, { input: lines.join('') })).split('\n').slice(0, -1);
const read = new Map<string, ReadRecord[]>();
for (const [name, { length }] of records) {
  read.set(
    name,
    printed.splice(0, length).map((line) => JSON.parse(line) as ReadRecord),
  );
}

/** The rows of a table that its records leave: by key, or one after the other where there is none. */
function rowsOf(all: readonly ReadRecord[], table: string): Cells[] {
  const rows = new Map<string, Cells>();
  for (const [i, { key, value }] of all.entries()) {
    if (value === null || `${value.source.db}.${value.source.table}` !== table || value.op === undefined) continue;
    const place = key === null ? String(i) : JSON.stringify(key);
    if (value.op === 'd') rows.delete(place);
    else rows.set(place, value.after!);
  }
  return [...rows.values()];
}

type Shown = string | number | null;

/** What SELECT shows, in the words in which the consumer has it. */
function expected({ dataType, columnType }: ColumnFacts, text: string | null, mode: string): Shown {
  if (text === null) return null;
  switch (dataType) {
    case 'float':
    case 'double':
      return Number(text);
    case 'bit':
      return columnType === 'bit(1)' ? String(text === '01') : text;
    case 'time':
      // Kafka Connect's type is a time of day.
      return mode === 'connect' && /^-|^\d{3}/.test(text) ? null : withMicros(text);
    case 'datetime':
      return withMicros(text);
    case 'json':
      // As Debezium has it.
      return text.replaceAll(/("(?:[^"\\]|\\.)*")|([:,]) /g, '$1$2');
    case 'timestamp':
      return `${text.replace(' ', 'T')}Z`;
    default:
      return text;
  }
}

/** SELECT shows six digits of a FLOAT. */
function found({ dataType }: ColumnFacts, text: string | null): Shown {
  if (text === null) return null;
  if (dataType === 'float') return Number(Number(text).toPrecision(6));
  return dataType === 'double' ? Number(text) : text;
}

function withMicros(text: string): string {
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(6, '0')}`;
}

describe.each(FIXTURES)('of the log %s', (name) => {
  const { tables } = JSON.parse(readFileSync(fixture(`${name}.json`), 'utf8')) as {
    tables: Record<string, SelectedTable>;
  };
  // TRUNCATE is told by no record, as by Debezium.
  const selected = Object.entries(tables).filter(([table]) => table !== 'shop.carts');

  test.each(Object.keys(MODES))('the rows are those of SELECT: modes %s', (mode) => {
    for (const [table, { facts, rows }] of selected) {
      const theirs = rowsOf(read.get(`${name} ${mode}`)!, table);
      // Records of before a column was added do not have it.
      const shown = theirs.map((cells) => facts.map((fact) => found(fact, cells[fact.name] ?? null)));
      const wanted = rows.map((row) => facts.map((fact, i) => expected(fact, row[i]!, mode)));
      expect(new Set(shown.map(String))).toEqual(new Set(wanted.map(String)));
      expect(shown.length).toBe(wanted.length);
    }
  });
});

test.each(['9.7', '11.8'])('every record of every type is valid by its schema: %s', (version) => {
  const all = read.get(version)!;
  expect(all.length).toBe(records.get(version)!.length);
  expect(all.length).toBeGreaterThan(300);
});
