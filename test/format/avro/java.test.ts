/** Our Avro as Java reads it: Avro’s own library, and Kafka Connect behind the AvroData that its converters share. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { RegistryClient } from '../../../connectors/kafka/registry/client.js';
import { registryOptions } from '../../../connectors/kafka/registry/options.js';
import type { Table } from '../../../src/core/table.js';
import { avroFormat } from '../../../src/format/avro/avro.js';
import { adjusted } from '../../../src/format/avro/names.js';
import { avroSchema } from '../../../src/format/avro/schema.js';
import { type ConnectSchema, keySchema, rowSchema } from '../../../src/format/debezium/connect-schema.js';
import { debeziumFormat, envelopeSchema } from '../../../src/format/debezium/debezium.js';
import { type AvroOptions, avroOptions } from '../../../src/format/debezium/options.js';
import type { Format } from '../../../src/format/format.js';
import { runJava } from '../../servers/java-program.js';
import { needs, sharedRegistry } from '../../servers/suite.js';
import { settledText } from '../debezium/differences.js';
import { type WrittenRecord, written } from '../debezium/golden.js';
import { binlogPath } from '../debezium/runs.js';
import { asHex, renamed } from './reading.js';

const ARTIFACTS = [
  // Of the converters that share Confluent’s AvroData the one that Maven Central has.
  'io.apicurio:apicurio-registry-utils-converter:2.5.8.Final:alone',
  'io.apicurio:apicurio-registry-serdes-avro-serde:2.5.8.Final:alone',
  'org.apache.avro:avro:1.12.0',
  'org.apache.kafka:connect-json:4.3.0',
];
const LOG = binlogPath('9.7');

const program = {
  source: join(import.meta.dirname, 'ReadAvro.java'),
  name: 'connect-avro-2.5.8',
  artifacts: ARTIFACTS,
};

const MODES: readonly Partial<Record<keyof AvroOptions, unknown>>[] = [
  {},
  {
    decimalHandlingMode: 'double',
    binaryHandlingMode: 'hex',
    timePrecisionMode: 'connect',
    bigintUnsignedHandlingMode: 'precise',
    schemaNameAdjustmentMode: 'avro_unicode',
    fieldNameAdjustmentMode: 'avro_unicode',
  },
  { decimalHandlingMode: 'string', timePrecisionMode: 'isostring' },
];

/** Of all tables that the log has rows of. */
async function connectSchemas(): Promise<ConnectSchema[]> {
  const tables = new Set<Table>();
  const collecting: Format = {
    rows(_, { table }) {
      tables.add(table);
      return { bytesMax: () => 0, key: (_out, at) => at, value: (_out, at) => at };
    },
    statement: () => [],
  };
  await written(LOG, collecting);
  return MODES.flatMap((mode) => {
    const options = avroOptions.parse(mode);
    const values = { ...options, schemasEnable: true };
    return [...tables].flatMap((table) => [
      adjusted(keySchema(table, values), options),
      adjusted(envelopeSchema(table, rowSchema(table, values), { options: values, connector: 'mysql' }), options),
    ]);
  });
}

/** Keys and values. */
const partsOf = (records: readonly WrittenRecord[]): string[] =>
  records.flatMap(({ key, value }) => [key, value]).filter((part) => part !== null);

const options = avroOptions.parse({ bigintUnsignedHandlingMode: 'precise', provideTransactionMetadata: true });
const nowMs = (): number => 1_795_276_172_000;

needs('registry').describe('Java', () => {
  let schemas: readonly ConnectSchema[];
  let records: readonly string[];
  /** What it says of the schemas, and of the records behind them. */
  let said: readonly string[];
  beforeAll(async () => {
    const url = await sharedRegistry();
    const registry = new RegistryClient(registryOptions.parse({ url }));
    schemas = await connectSchemas();
    records = partsOf(await written(LOG, asHex(avroFormat(options, { registry, nowMs }))));
    const lines = [
      ...schemas.map((schema) => `schema ${JSON.stringify(schema)}`),
      ...records.map((hex) => `record ${hex}`),
    ];
    const printed = await runJava(program, { args: [url], input: `${lines.join('\n')}\n` });
    said = printed.trimEnd().split('\n');
  });

  it('makes the same Avro of every schema of Kafka Connect, byte for byte', () => {
    expect(schemas.length).toBeGreaterThan(50);
    for (const [i, schema] of schemas.entries()) expect(JSON.stringify(avroSchema(schema))).toBe(said[i]);
  });

  it('reads every record, with the schema that its number names in the registry', async () => {
    const read = said.slice(schemas.length);
    const debezium = { ...options, schemasEnable: true };
    const json = partsOf(await written(LOG, debeziumFormat(debezium, nowMs)));
    expect(read.length).toBe(json.length);
    expect(read.length).toBeGreaterThan(600);
    const settled = (topic: string, value: string): string =>
      settledText(topic, { key: null, headers: '{}', value }, { version: '9.7', run: 'schemas' });
    for (const [i, line] of read.entries()) {
      // There Java writes more digits than it takes.
      const topic = json[i]!.includes('"table":"floats"') ? 'rec.kinds.floats' : 'rec.kinds.others';
      expect(settled(topic, line), `part ${i}`).toBe(settled(topic, renamed(json[i]!)));
    }
  });
});
