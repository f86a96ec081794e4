import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { KafkaCluster, KafkaNode } from '../../../servers/kafka.js';

const LOOK_MS = 100;

/** The node that leads a partition, as soon as all have what is in the topic. */
export async function leaderOf(cluster: KafkaCluster, topic: string, partition = 0): Promise<KafkaNode> {
  const admin = new kafkajs.Kafka({ brokers: cluster.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    for (;;) {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions ?? [];
      const id = partitions.find(({ partitionId }) => partitionId === partition)?.leader;
      const leader = cluster.nodes.find((node) => node.id === id);
      if (leader !== undefined && partitions.every(({ isr }) => isr.length === cluster.nodes.length)) return leader;
      await sleep(LOOK_MS);
    }
  } finally {
    await admin.disconnect();
  }
}

export interface Changes {
  readonly topic: string;
  readonly changes: number;
  /** How many others did before. */
  readonly first: number;
}

/** Takes the leader of one partition after the other away, in turn by a clean stop and by kill -9, and brings it back. */
export async function changeLeaders(cluster: KafkaCluster, { topic, changes, first }: Changes): Promise<void> {
  for (let i = first; i < first + changes; i++) {
    const leader = await leaderOf(cluster, topic, i % 3);
    if (i % 2 === 0) await leader.stop();
    else await leader.kill();
    await sleep(300);
    await leader.launch();
  }
}
