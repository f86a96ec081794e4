import { expect } from 'vitest';
import { COMPRESSIONS } from '../../../connectors/kafka/compression/codec.js';
import fc from '../../properties.js';
import { run } from '../../servers/command.js';
import { consoleConsumer } from '../../servers/kafka.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { readTopic } from './reading.js';
import { batchOf, testTable, transaction } from './rows.js';
import { signal, sinkWith, Workload } from './workload.js';

const prefix = `compressed-${Date.now().toString(36)}`;

/** Rows as codecs meet them: what repeats near and far, in short and in long, and what never does. */
const values = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.uint8Array({ minLength: 30_000, maxLength: 70_000, size: 'max' }),
    fc
      .tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 20_000 }))
      .map(([text, times]) => text.repeat(times)),
    fc
      .record({ id: fc.integer(), name: fc.string(), when: fc.date({ noInvalidDate: true }) })
      .map((row) => JSON.stringify(row).repeat(3)),
  ),
  { minLength: 20, maxLength: 60 },
);

needs('kafka').describe.each(COMPRESSIONS)('compression %s', (compression) => {
  const open = async (topic: string) => {
    const { brokers } = await sharedKafka();
    const sink = sinkWith({ brokers, topic, compression, createTopics: { partitions: 1 } });
    await sink.open(undefined, signal);
    return { brokers, sink };
  };

  needs('kafka').test('gives kcat what was written', async () => {
    const topic = `${prefix}-${compression}-any`;
    const { brokers, sink } = await open(topic);
    const written: Buffer[] = [];
    await fc.assert(
      fc.asyncProperty(values, async (sample) => {
        const rows = sample.map((value, i) => ({ key: `${i}`, value: Buffer.from(value) }));
        await sink.write(batchOf(transaction(testTable('any'), rows)), signal);
        written.push(...rows.map(({ value }) => value));
      }),
      { numRuns: 3 },
    );
    await sink.close();
    const found = (await readTopic(brokers, topic)).map(({ value }) => value);
    expect(found.length).toBe(written.length);
    expect(found.findIndex((value, i) => value === null || !value.equals(written[i]!))).toBe(-1);
  });
});

needs('kafka').test('a second sink of the same process compresses as well as the first one', async () => {
  const { brokers } = await sharedKafka();
  for (const topic of [`${prefix}-first`, `${prefix}-second`]) {
    const sink = sinkWith({ brokers, topic, compression: 'zstd', createTopics: { partitions: 3 } });
    await sink.open(undefined, signal);
    const workload = new Workload(sink, topic);
    await workload.write(10_000);
    await sink.close();
    await workload.check(brokers);
  }
});

needs('kafka').test("Java's consumer reads every compression", async () => {
  const { brokers } = await sharedKafka();
  const texts = Array.from({ length: 2_000 }, (_, i) => `row ${i} ${'abc'.repeat(i % 50)}`);
  for (const compression of COMPRESSIONS) {
    const topic = `${prefix}-java-${compression}`;
    const sink = sinkWith({ brokers, topic, compression, createTopics: { partitions: 1 } });
    await sink.open(undefined, signal);
    const rows = texts.map((value, i) => ({ key: `${i}`, value: `${compression} ${value}` }));
    await sink.write(batchOf(transaction(testTable('java'), rows)), signal);
    await sink.close();
  }
  const count = COMPRESSIONS.length * texts.length;
  const args = ['--bootstrap-server', brokers.join(), '--include', `${prefix}-java-.*`, '--from-beginning'];
  const lines = await run(await consoleConsumer(), [...args, '--max-messages', `${count}`, '--timeout-ms', '20000']);
  const found = lines
    .split('\n')
    .filter((line) => line !== '')
    .sort();
  expect(found).toEqual(COMPRESSIONS.flatMap((each) => texts.map((text) => `${each} ${text}`)).sort());
});
