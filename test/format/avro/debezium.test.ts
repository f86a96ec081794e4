/** What Debezium made of a log, and what is in the Avro that we make of the same log, as avsc reads it. */
import { describe, expect, test } from 'vitest';
import { avroFormat } from '../../../src/format/avro/avro.js';
import { avroOptions } from '../../../src/format/debezium/options.js';
import { settledText } from '../debezium/differences.js';
import { written } from '../debezium/golden.js';
import { binlogPath, RECORDED_VERSIONS, type RecordedVersion, RUNS, type Run, readGolden } from '../debezium/runs.js';
import { asJson, renamed, Schemas } from './reading.js';

const MODES = {
  'decimal.handling.mode': 'decimalHandlingMode',
  'binary.handling.mode': 'binaryHandlingMode',
  'time.precision.mode': 'timePrecisionMode',
  'bigint.unsigned.handling.mode': 'bigintUnsignedHandlingMode',
} as const;

/** Other formats are not written in Avro, and the rest have the values of `schemas`. */
const isEnveloped = ({ name, properties }: Run): boolean =>
  properties.transforms === undefined &&
  properties['recorder.format'] === undefined &&
  !['plain', 'heartbeats', 'bare'].includes(name);

/** All modes once: what another server logs otherwise is in every run. */
const runsFor = (version: RecordedVersion): Run[] =>
  RUNS.filter((run) => isEnveloped(run) && (version === '9.7' || run.name === 'schemas'));

function optionsOf({ name, properties }: Run): unknown {
  const modes = Object.entries(MODES).map(([theirs, ours]) => [ours, properties[theirs]]);
  return { topicPrefix: 'rec', ...Object.fromEntries(modes), provideTransactionMetadata: name === 'transactions' };
}

/** Without its schema, and with Avro's names. */
function payloadOf(text: string): string {
  const at = text.startsWith('{"schema":') ? text.indexOf(',"payload":') : -1;
  const payload = at < 0 ? text : text.slice(at + ',"payload":'.length, -1);
  // Central has no newer connector for MariaDB.
  return renamed(payload).replace('"3.5.0.Final"', '"3.6.1.Final"');
}

const EVENTS_MIN = 300;
const ATTACHED_BEHIND = /create (database done|table done)/;

describe.each(RECORDED_VERSIONS)('of a log of %s', (version) => {
  test.each(runsFor(version))('every record holds what Debezium has: $name', async (run) => {
    const schemas = new Schemas();
    const format = asJson(avroFormat(avroOptions.parse(optionsOf(run)), { registry: schemas }), schemas);
    const theirs = await readGolden(version, run.name);
    // Theirs ends with the row that told it to.
    const ours = (await written(binlogPath(version), format)).filter(({ value }) => !ATTACHED_BEHIND.test(value ?? ''));
    expect(theirs.length).toBeGreaterThan(EVENTS_MIN);
    for (const [i, { topic, key, value }] of theirs.entries()) {
      const settled = (texts: { key: string | null; value: string | null }): string =>
        settledText(topic, { ...texts, headers: '{}' }, { version, run: run.name });
      expect(settled(ours[i]!), `record ${i} in ${topic}`).toBe(
        settled({ key: payloadOf(key), value: payloadOf(value) }),
      );
    }
  });
});
