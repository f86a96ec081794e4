import { afterEach, expect, vi } from 'vitest';
import { Admin } from '../../../connectors/kafka/admin.js';
import { needs, sharedKafka } from '../../servers/suite.js';

afterEach(() => void vi.restoreAllMocks());

needs('kafka').test('kafkajs asks for no delay below zero, of which newer versions of Node warn', async () => {
  const { brokers } = await sharedKafka();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const admin = new Admin({
    brokers,
    clientId: 'timers',
    ssl: null,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
  });
  await admin.createTopic('timers', { partitions: 1 });
  expect(timers.mock.calls.map(([, delayMs]) => delayMs ?? 0).filter((delayMs) => delayMs < 0)).toEqual([]);
});
