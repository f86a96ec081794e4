/** What Debezium made of a log, recorded by record.ts, and what our formats make of the same log. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cloudeventsFormat } from '../../../src/format/debezium/cloudevents.js';
import { debeziumFormat } from '../../../src/format/debezium/debezium.js';
import { debeziumFlatFormat } from '../../../src/format/debezium/flat.js';
import { cloudeventsOptions, debeziumFlatOptions, debeziumOptions } from '../../../src/format/debezium/options.js';
import type { Format } from '../../../src/format/format.js';
import { DIFFERENCES, settledText } from './differences.js';
import { type WrittenRecord, written } from './golden.js';
import { binlogPath, RECORDED_VERSIONS, type RecordedRecord, type RecordedVersion, type Run, readGolden, runsOf } from './runs.js';

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

const ATTACHED_BEHIND = /create (database done|table done)/;

/** As many as were recorded: the engine ended with the row that told it to. */
function oursOf(records: readonly WrittenRecord[], theirs: readonly RecordedRecord[]): WrittenRecord[] {
  return records.filter(({ value }) => !ATTACHED_BEHIND.test(value ?? '')).slice(0, theirs.length);
}

/** What is compared: texts, since what differs is seen in them as well, and equal ones are so at once. */
const ourText = ({ key, value, headers }: WrittenRecord, topic: string, version: RecordedVersion): string =>
  settledText(
    topic,
    {
      key,
      value,
      headers: `{${Object.entries(headers)
        .map(([name, text]) => `"${name}":${text}`)
        .join(',')}}`,
    },
    version,
  );

/** Central has no newer connector for MariaDB than 3.5. */
const theirText = ({ topic, key, headers, value }: RecordedRecord, version: RecordedVersion): string =>
  settledText(topic, { key, value: value.replace('"3.5.0.Final"', '"3.6.1.Final"'), headers }, version);

const SCHEMA_CHANGES = 'rec';
const EVENTS_MIN = 300;

describe.each(RECORDED_VERSIONS)('of a log of %s', (version) => {
  test.each(runsOf(version))('every record is as Debezium has it: $name', async (run) => {
    const format = formatOf(run);
    // CloudEvents’ converter gives statements no value.
    const isRowsOnly = run.name === 'cloudevents';
    const recorded = await readGolden(version, run.name);
    const theirs = recorded.filter(({ topic }) => !isRowsOnly || topic !== SCHEMA_CHANGES);
    const ours = oursOf(await written(binlogPath(version), format), theirs);
    expect(ours.length).toBe(theirs.length);
    expect(theirs.length).toBeGreaterThan(EVENTS_MIN);
    for (const [i, record] of theirs.entries()) {
      expect(ourText(ours[i]!, record.topic, version), `record ${i}`).toBe(theirText(record, version));
    }
  });
});

test('what is meant to differ is in the docs, each with its reason, and is less than ten things', () => {
  const docs = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const titles = [...docs.matchAll(/^- \*\*(.+?)\*\*: \S/gm)].map((match) => match[1]);
  expect(titles).toEqual(DIFFERENCES.map(({ title }) => title));
  expect(DIFFERENCES.length).toBeLessThan(10);
});
