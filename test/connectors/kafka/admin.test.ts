import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Admin } from '../../../connectors/kafka/admin.js';
import { needs, sharedKafka } from '../../servers/suite.js';

needs('kafka').describe('the administration of topics', () => {
  it('waits for the settings of a topic of which the broker has not heard yet', async () => {
    const { brokers } = await sharedKafka();
    const admin = new Admin({
      brokers,
      clientId: 'test',
      ssl: null,
      connectTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
    });
    const asked = admin.messageBytesMax('late');
    await sleep(500);
    await admin.createTopic('late', { config: { 'max.message.bytes': '54321' } });
    expect(await asked).toBe(54_321);
  });
});
