/** Every format says the same wherever it goes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import picocolors from 'picocolors';
import { FORMAT_NAMES, type ForgetfulSink, fileLog, formatOf, formatOptions } from 'rowtide';
import { afterAll, beforeAll, expect } from 'vitest';
import file from '../../connectors/file/index.js';
import kafka from '../../connectors/kafka/index.js';
import { StreamSink } from '../../connectors/stdout/sink.js';
import { chosenFormat } from '../../src/cli/format-options.js';
import { printingSink } from '../../src/cli/output.js';
import { createPrinter, noCounts } from '../../src/cli/print/printer.js';
import { quietLog } from '../checkpoint/quiet.js';
import { stream } from '../roundtrip/stream.js';
import { needs, sharedKafka } from '../servers/suite.js';
import { readTopic } from './kafka/reading.js';
import { batchOf } from './kafka/rows.js';
import { signal } from './kafka/workload.js';

const run = Date.now().toString(36);
const context = { pipeline: 'test', log: quietLog() };
const log = fileLog({ paths: [join(import.meta.dirname, '../fixtures/shop-9.7.binlog')] });

/** Writes all of the log. */
async function write(made: ReturnType<typeof file.create>): Promise<void> {
  const sink = made as ForgetfulSink;
  await sink.open(undefined, signal);
  for await (const transaction of stream(log, { mode: { kind: 'none' } })) {
    await sink.write(batchOf(transaction), signal);
  }
  await sink.close();
}

/** Without the time at which they were written. */
const lines = (whole: string): string[] =>
  whole
    .replaceAll(/"(ts_[mun]s|ts|time)":("[^"]*"|\d+|\{"long":\d+\})/g, '"$1":0')
    .split('\n')
    .slice(0, -1);

needs('kafka').describe('a format', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-formats-'));
  let brokers: readonly string[];
  beforeAll(async () => {
    ({ brokers } = await sharedKafka());
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const format of FORMAT_NAMES) {
    needs('kafka').test(`${format} says the same in tail, on stdout, in a file and in Kafka`, async () => {
      const tail = new PassThrough();
      const printer = createPrinter(
        { format: chosenFormat(format), template: undefined, colors: picocolors, toTerminal: false },
        noCounts(),
      );
      const [tailed] = await Promise.all([text(tail), write(printingSink(printer, tail)).then(() => tail.end())]);
      const wanted = lines(tailed);
      expect(wanted.length).toBeGreaterThan(5);

      const stdout = new PassThrough();
      const sink = new StreamSink({ stream: stdout, format: formatOf(formatOptions.parse(format)) });
      const [printed] = await Promise.all([text(stdout), write(sink).then(() => stdout.end())]);
      expect(lines(printed)).toEqual(wanted);

      const path = join(folder, format);
      await write(file.create(file.options.parse({ path, format }), context));
      expect(lines(readFileSync(path, 'utf8'))).toEqual(wanted);

      // There it is binary, which test/connectors/kafka/registry reads.
      if (format === 'avro') return;
      const topic = `format-${run}-${format}`;
      const options = { brokers, topic, format, statementTopic: topic, createTopics: { partitions: 1 } };
      await write(kafka.create(kafka.options.parse(options), context));
      const values = (await readTopic(brokers, topic)).flatMap(({ value }) => (value === null ? [] : String(value)));
      expect(lines(`${values.join('\n')}\n`)).toEqual(wanted);
    });
  }
});
