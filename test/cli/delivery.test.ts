import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { needs, sharedKafka } from '../servers/suite.js';
import { rowtide } from './rowtide.js';

const LOG = join(import.meta.dirname, '../fixtures/shop-9.7.binlog');

needs('kafka').describe('changing how a pipeline delivers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-delivery-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = async (pipeline: string, delivery: string) => {
    const { brokers } = await sharedKafka();
    const kafka = { brokers, topic: pipeline, createTopics: { partitions: 1 }, delivery };
    const source = { files: [LOG], from: 'beginning', schema: 'none' };
    const config = join(folder, `${pipeline}.yaml`);
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({ state: join(folder, 'state'), pipelines: { [pipeline]: { source, sink: { kafka } } } }),
    );
    return rowtide(['run', '--config', config]);
  };

  needs('kafka').test('is refused by name, in both directions, with what to do', async () => {
    const [least, once] = [`least-${randomUUID()}`, `once-${randomUUID()}`];
    expect(await run(least, 'at-least-once')).toMatchObject({ status: 0 });
    expect(await run(once, 'exactly-once')).toMatchObject({ status: 0 });
    expect(await run(once, 'exactly-once')).toMatchObject({ status: 0 });

    const stricter = await run(least, 'exactly-once');
    expect(stricter.status).not.toBe(0);
    expect(stricter.stderr).toMatch(
      new RegExp(`CHECKPOINT_MISMATCH.* pipeline ${least} has the checkpoint .*from: `, 's'),
    );

    const looser = await run(once, 'at-least-once');
    expect(looser.status).not.toBe(0);
    expect(looser.stderr).toMatch(
      new RegExp(`CHECKPOINT_MISMATCH.* pipeline ${once} was delivered exactly once up to `, 's'),
    );
  });
});
