import { startKafka } from '../test/servers/kafka.js';
import { type Contestant, compare } from './compare.js';
import { liveOf, type Settings } from './decode.js';
import { Topics } from './topics.js';
import { startWorkload } from './workload.js';

const AT_LEAST_ONCE = 'at-least-once';
const EXACTLY_ONCE = 'exactly-once';

/**
 * What transactions cost, from MySQL's log to what a consumer of committed records sees. Both deliveries leave the same
 * records, or this fails. A row counts when the write of its batch resolved, and so behind the commit.
 */
export async function benchExactlyOnce({ rows, runs }: Settings): Promise<void> {
  const [workload, kafka] = await Promise.all([
    startWorkload(rows),
    startKafka({ properties: { 'log.segment.delete.delay.ms': 1000 } }),
  ]);
  try {
    const topics = new Topics(kafka, workload.rows);
    const hashes = new Map<string, string>();
    const contestant = (delivery: string): Contestant => ({
      label: delivery,
      task: 'pipelineKafka',
      bytesPerRow: workload.bytes / workload.rows,
      options: async () => ({ ...liveOf(workload), brokers: kafka.brokers, topic: await topics.next(), delivery }),
      check: async () => {
        if (!hashes.has(delivery)) hashes.set(delivery, await topics.hash());
        await topics.drop();
        if (new Set(hashes.values()).size > 1) throw new Error('the two deliveries left different records');
      },
    });
    await compare('MySQL to Kafka, exactly once', {
      contestants: [contestant(AT_LEAST_ONCE), contestant(EXACTLY_ONCE)],
      ratios: [
        { name: 'rows/s', ours: EXACTLY_ONCE, peer: AT_LEAST_ONCE, target: 0.7, of: 'rowsPerSecond' },
        { name: 'CPU', ours: EXACTLY_ONCE, peer: AT_LEAST_ONCE, target: null, of: 'cpuSecondsPerMillionRows' },
      ],
      runs,
    });
  } finally {
    await Promise.all([workload.server.remove(), kafka.remove()]);
  }
}
