import kafkajs from 'kafkajs';
import { startKafka } from '../test/servers/kafka.js';
import { printTable, runTask } from './compare.js';
import { liveOf } from './decode.js';
import type { ManyRowsMeasured } from './ours-many-rows.js';
import { startWorkload } from './workload.js';

const LOG_ROWS = 1_200_000;
const RSS_MIB_MAX = 300;
const TOPIC = 'bench-many-rows';
const PARTITIONS = 6;

/** So many rows through one pipeline into Kafka: does its memory stay where it is? Sets the exit code. */
export async function benchManyRows(rows: number): Promise<void> {
  const [workload, kafka] = await Promise.all([
    startWorkload(LOG_ROWS),
    startKafka({ properties: { 'log.segment.delete.delay.ms': 1000, 'log.retention.check.interval.ms': 2000 } }),
  ]);
  try {
    await createTopic(kafka.brokers);
    const options = { ...liveOf(workload), warmUpRows: 0, brokers: kafka.brokers, topic: TOPIC, rows };
    const measured = (await runTask('pipelineManyRows', options)) as ManyRowsMeasured;
    printTable([
      ['M rows', 'RSS MiB, peak so far'],
      ...measured.peaks.map(({ rows: at, rssMiB }) => [(at / 1e6).toFixed(1), rssMiB.toFixed(0)]),
    ]);
    const { seconds, cpuSeconds, rssMiB } = measured;
    const isBounded = (rssMiB ?? 0) < RSS_MIB_MAX;
    console.log(
      `${measured.rows} rows: ${Math.round(measured.rows / seconds / 1000)} k rows/s, ` +
        `RSS ${rssMiB?.toFixed(0)} MiB, wanted below ${RSS_MIB_MAX}${isBounded ? '' : ' (missed)'}`,
    );
    console.log(JSON.stringify({ bench: 'rows', rows: measured.rows, seconds, cpuSeconds, rssMiB }));
    if (!isBounded) process.exitCode = 1;
  } finally {
    await Promise.all([workload.server.remove(), kafka.remove()]);
  }
}

/** It keeps little of what is written, since all of it would be 25 GB. */
async function createTopic(brokers: string[]): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [
    { name: 'retention.bytes', value: String(64 * 2 ** 20) },
    { name: 'segment.bytes', value: String(32 * 2 ** 20) },
  ];
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS, configEntries }] });
  await admin.disconnect();
}
