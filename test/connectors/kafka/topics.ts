import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';

/** Resolves when the broker knows it no more: the controller answers a moment before the broker hears of it. */
export async function deleteTopic(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) await sleep(10);
  } finally {
    await admin.disconnect();
  }
}
