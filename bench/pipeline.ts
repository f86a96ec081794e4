import { type KafkaAddress, startKafka } from '../test/servers/kafka.js';
import { type Contestant, compare } from './compare.js';
import { type Live, liveOf, type Settings } from './decode.js';
import { Topics } from './topics.js';
import { startWorkload } from './workload.js';

/** What kafkajs was quickest with. */
const SEND_MAX = 4000;

/** From MySQL's log to acknowledged records, each run into a topic of its own. */
export async function benchPipeline({ rows, runs }: Settings): Promise<void> {
  const [workload, kafka] = await Promise.all([
    startWorkload(rows),
    startKafka({ properties: { 'log.segment.delete.delay.ms': 1000 } }),
  ]);
  try {
    const topics = new Topics(kafka, workload.rows);
    const contestant = (label: string, task: Contestant['task'], sendMax: number | null = null): Contestant => ({
      label,
      task,
      bytesPerRow: workload.bytes / workload.rows,
      options: async () => ({ ...pipelineOf(liveOf(workload), kafka), topic: await topics.next(), sendMax }),
      check: () => topics.check(),
    });
    const ours = 'rowtide';
    const peer = 'zongji + JSON.stringify + kafkajs';
    const tuned = `${peer}, ${SEND_MAX} a send`;
    await compare('MySQL to Kafka', {
      contestants: [
        contestant(ours, 'pipelineKafka'),
        contestant(peer, 'pipelineZongji'),
        contestant(tuned, 'pipelineZongji', SEND_MAX),
      ],
      ratios: [
        { name: 'rows/s', ours, peer, target: 12, of: 'rowsPerSecond' },
        { name: 'CPU', ours, peer, target: 12, of: 'cpuSecondsPerMillionRows' },
        { name: 'rows/s, tuned peer', ours, peer: tuned, target: null, of: 'rowsPerSecond' },
        { name: 'CPU, tuned peer', ours, peer: tuned, target: null, of: 'cpuSecondsPerMillionRows' },
      ],
      runs,
    });
  } finally {
    await Promise.all([workload.server.remove(), kafka.remove()]);
  }
}

function pipelineOf(live: Live, kafka: KafkaAddress): Live & { brokers: readonly string[] } {
  return { ...live, brokers: kafka.brokers };
}
