/** What Debezium made of a log, recorded by record.ts, and what our formats make of the same log. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GtidSet } from '../../../src/core/gtid.js';
import type { Position } from '../../../src/core/position.js';
import { cloudeventsFormat } from '../../../src/format/debezium/cloudevents.js';
import { debeziumFormat } from '../../../src/format/debezium/debezium.js';
import { debeziumFlatFormat } from '../../../src/format/debezium/flat.js';
import { cloudeventsOptions, debeziumFlatOptions, debeziumOptions } from '../../../src/format/debezium/options.js';
import type { Format } from '../../../src/format/format.js';
import { DIFFERENCES, type Origin, settledText } from './differences.js';
import { type WrittenRecord, written } from './golden.js';
import { binlogPath, RECORDED_VERSIONS, type RecordedRecord, RUNS, type Run, readGolden } from './runs.js';

const MODES = {
  'decimal.handling.mode': 'decimalHandlingMode',
  'binary.handling.mode': 'binaryHandlingMode',
  'time.precision.mode': 'timePrecisionMode',
  'bigint.unsigned.handling.mode': 'bigintUnsignedHandlingMode',
} as const;

/** With the options that its user would give for what the run was configured with. */
function formatOf({ name, properties }: Run): Format {
  const modes = Object.entries(MODES).map(([theirs, ours]) => [ours, properties[theirs]]);
  const schemasEnable = properties['converter.schemas.enable'] === 'true';
  const values = { topicPrefix: 'rec', ...Object.fromEntries(modes) };
  switch (name) {
    case 'cloudevents':
      return cloudeventsFormat(cloudeventsOptions.parse(values));
    case 'unwrap':
      return debeziumFlatFormat(debeziumFlatOptions.parse(values));
    case 'unwrap-both':
      return debeziumFlatFormat(
        debeziumFlatOptions.parse({
          ...values,
          deleteTombstoneHandlingMode: 'rewrite-with-tombstone',
          addFields: ['source.gtid:gtid', 'source.file', 'ts_ms'],
          addFieldsPrefix: 'added_',
        }),
      );
    case 'bare':
      return debeziumFormat(
        debeziumOptions.parse({
          ...values,
          tombstonesOnDelete: false,
          includeSchemaChanges: false,
          includeQuery: true,
          enableTimeAdjuster: false,
        }),
      );
    case 'unwrap-rewrite':
      return debeziumFlatFormat(
        debeziumFlatOptions.parse({
          ...values,
          schemasEnable,
          deleteTombstoneHandlingMode: 'rewrite',
          addFields: ['op', 'table', 'source.ts_ms'],
        }),
      );
    default: {
      const provideTransactionMetadata = name === 'transactions';
      return debeziumFormat(debeziumOptions.parse({ ...values, schemasEnable, provideTransactionMetadata }));
    }
  }
}

const NOWHERE: Position = {
  source: { flavour: 'mysql', id: 'any' },
  log: { kind: 'gtid', executed: GtidSet.empty },
  held: [],
};

const ATTACHED_BEHIND = /create (database done|table done)/;

/** As many as were recorded: the engine ended with the row that told it to. */
function oursOf(records: readonly WrittenRecord[], theirs: readonly RecordedRecord[]): WrittenRecord[] {
  return records.filter(({ value }) => !ATTACHED_BEHIND.test(value ?? '')).slice(0, theirs.length);
}

/** What is compared: texts, since what differs is seen in them as well, and equal ones are so at once. */
const ourText = ({ key, value, headers }: WrittenRecord, topic: string, origin: Origin): string =>
  settledText(
    topic,
    {
      key,
      value,
      headers: `{${Object.entries(headers)
        .map(([name, text]) => `"${name}":${text}`)
        .join(',')}}`,
    },
    origin,
  );

/** Central has no newer connector for MariaDB than 3.5. */
const theirText = ({ topic, key, headers, value }: RecordedRecord, origin: Origin): string =>
  settledText(topic, { key, value: value.replace('"3.5.0.Final"', '"3.6.1.Final"'), headers }, origin);

const SCHEMA_CHANGES = 'rec';
const HEARTBEATS = '__debezium-heartbeat.rec';
const TRANSACTIONS = 'rec.transaction';
const EVENTS_MIN = 300;

/** Of those that come with the log: heartbeats come with time. */
function withTheLog(records: readonly RecordedRecord[], { version, run }: Origin): RecordedRecord[] {
  return records.filter(({ topic, value }, i) => {
    // CloudEvents’ converter gives statements no value.
    if (topic === SCHEMA_CHANGES && run === 'cloudevents') return false;
    // Debezium 3.5 begins a transaction for each statement, and never ends it; 3.6 does not.
    const isBegin = topic === TRANSACTIONS && value.includes('"status":"BEGIN"');
    const isOfStatement = isBegin && /^rec(\.transaction)?$/.test(records[i + 1]?.topic ?? '');
    return topic !== HEARTBEATS && !(isOfStatement && version === '11.8');
  });
}

describe.each(RECORDED_VERSIONS)('of a log of %s', (version) => {
  test.each(RUNS)('every record is as Debezium has it: $name', async (run) => {
    const origin = { version, run: run.name };
    const format = formatOf(run);
    const theirs = withTheLog(await readGolden(version, run.name), origin);
    const ours = oursOf(await written(binlogPath(version), format), theirs);
    expect(ours.length).toBe(theirs.length);
    expect(theirs.length).toBeGreaterThan(EVENTS_MIN);
    for (const [i, record] of theirs.entries()) {
      expect(ourText(ours[i]!, record.topic, origin), `record ${i}`).toBe(theirText(record, origin));
    }
  });

  test('heartbeats are as Debezium has them', async () => {
    const [run] = RUNS.filter(({ name }) => name === 'heartbeats');
    const origin = { version, run: run!.name };
    const theirs = (await readGolden(version, run!.name)).filter(({ topic }) => topic === HEARTBEATS);
    expect(theirs).not.toEqual([]);
    const { key, value } = formatOf(run!).heartbeat!(NOWHERE, 1)!;
    const ours = { key: String(key), value: String(value), headers: {} };
    for (const record of theirs) expect(ourText(ours, HEARTBEATS, origin)).toBe(theirText(record, origin));
  });
});

test('what is meant to differ is in the docs, each with its reason, and is less than ten things', () => {
  const docs = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const titles = [...docs.matchAll(/^- \*\*(.+?)\*\*: \S/gm)].map((match) => match[1]);
  expect(titles).toEqual(DIFFERENCES.map(({ title }) => title));
  expect(DIFFERENCES.length).toBeLessThan(10);
});
