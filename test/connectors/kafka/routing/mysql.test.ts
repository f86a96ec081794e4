/** Whoever folds a topic by its keys, as compaction does, has the rows of the tables, whatever happened to their keys. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  diskSpool,
  parseServerUrl,
  runPipeline,
  type Source,
  schemas,
  serverLog,
  transactions,
  transformed,
  transformOf,
} from 'rowtide';
import { beforeAll, expect } from 'vitest';
import { kafkaOptions } from '../../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../../connectors/kafka/sink.js';
import { memoryStore } from '../../../../src/checkpoint/memory.js';
import { jsonFormat } from '../../../../src/format/json.js';
import { checkpointed } from '../../../../src/pipeline/checkpointed.js';
import { serverCatalog } from '../../../../src/schema/catalog.js';
import { quietLog } from '../../../checkpoint/quiet.js';
import { Random, seed } from '../../../roundtrip/random.js';
import { needs, sharedKafka, sharedMysql } from '../../../servers/suite.js';
import { sql } from '../../../source/reading.js';
import { readTopic } from '../reading.js';
import { signal } from '../workload.js';

const run = `fold${Date.now().toString(36)}`;
const shards = [`${run}_s1`, `${run}_s2`];

function statements(random: Random): string[] {
  return Array.from({ length: 150 }, () => {
    const shard = random.pick(shards);
    const key = (): string => `tenant = ${shards.indexOf(shard)} AND id = ${random.int(1, 8)}`;
    switch (random.int(0, 5)) {
      case 0:
        return `UPDATE IGNORE ${shard}.orders SET id = ${random.int(1, 8)}, note = 'moved' WHERE ${key()}`;
      case 1:
        return `UPDATE ${shard}.orders SET note = '${random.int(1, 9)}' WHERE ${key()}`;
      case 2:
        return `DELETE FROM ${shard}.orders WHERE ${key()}`;
      case 3:
        return `UPDATE ${shard}.log SET line = '${random.int(1, 3)}' WHERE line = '${random.int(1, 3)}' LIMIT 1`;
      case 4:
        return `INSERT INTO ${shard}.log VALUES ('${random.int(1, 3)}')`;
      default:
        return `INSERT IGNORE INTO ${shard}.orders VALUES (${shards.indexOf(shard)}, ${random.int(1, 8)}, 'new')`;
    }
  });
}

needs('mysql', 'kafka').describe('topics that are folded by their keys', () => {
  let url: string;
  let brokers: readonly string[];
  beforeAll(async () => {
    [{ url }, { brokers }] = await Promise.all([sharedMysql(), sharedKafka()]);
    const tables = shards.flatMap((shard) => [
      `CREATE DATABASE ${shard}`,
      `CREATE TABLE ${shard}.orders (tenant INT, id INT, note TEXT, PRIMARY KEY (tenant, id))`,
      `CREATE TABLE ${shard}.log (line VARCHAR(20))`,
    ]);
    await sql(url, ...tables);
  });

  /** Reads what the statements log, from now to the end of the log, and writes it with these options. */
  async function written(options: object, ...done: readonly string[]): Promise<void> {
    const address = parseServerUrl(url);
    const log = serverLog({ address, stopAtEnd: true });
    const from = await log.head(signal);
    await sql(url, ...done);
    const source: Source = transactions(log, {
      schemas: schemas({ kind: 'assume-current', catalog: serverCatalog(address, signal) }),
      spool: diskSpool(join(tmpdir(), 'rowtide-test-spool')),
      start: async () => from,
    });
    const include = shards.map((shard) => `${shard}.*`);
    await runPipeline({
      name: run,
      source: transformed(source, transformOf({ include })),
      sink: checkpointed(new KafkaSink(kafkaOptions.parse({ brokers, ...options }), jsonFormat), memoryStore()),
      signal,
      log: quietLog(),
    });
  }

  needs('mysql', 'kafka').test('give the rows of all shards, also of tables without a key', async () => {
    const random = new Random(seed);
    const createTopics = { partitions: 4, cleanupPolicy: 'compact' };
    const routes = [{ match: `/^${run}_s\\d\\.(\\w+)$/`, topic: `${run}.{1}` }];
    const folding = { createTopics, routes, keyChanges: 'delete-insert', tombstones: true, keyless: 'row' };
    await written({ ...folding, headers: { shard: '{schema}' } }, ...statements(random));

    const orders = new Map<string, object>();
    for (const { key, value } of await readTopic(brokers, `${run}.orders`)) {
      if (value === null) orders.delete(String(key));
      else orders.set(String(key), JSON.parse(String(value)).after);
    }
    const stored = await sql(url, shards.map((shard) => `SELECT * FROM ${shard}.orders`).join(' UNION ALL '));
    expect(stored.length).toBeGreaterThan(2);
    const rows = stored.map(([tenant, id, note]) => ({ tenant: Number(tenant), id: Number(id), note: String(note) }));
    const byKey = new Map(rows.map((row) => [JSON.stringify({ tenant: row.tenant, id: row.id }), row]));
    expect(orders).toEqual(byKey);

    const lines = new Map<string, number>();
    for (const { key, value, headers } of await readTopic(brokers, `${run}.log`)) {
      if (value === null) continue;
      const line = `${headers} ${String(key)}`;
      lines.set(line, (lines.get(line) ?? 0) + (JSON.parse(String(value)).op === 'delete' ? -1 : 1));
    }
    const counts = shards.map((shard) => `SELECT '${shard}', line, COUNT(*) FROM ${shard}.log GROUP BY line`);
    const counted = (await sql(url, counts.join(' UNION ALL '))).map(
      ([shard, line, count]) => [`shard=${String(shard)} ${JSON.stringify({ line })}`, Number(count)] as const,
    );
    expect(counted.length).toBeGreaterThan(1);
    expect(new Map([...lines].filter(([, count]) => count > 0))).toEqual(new Map(counted));
  });

  needs('mysql', 'kafka').test('have whole keys where rows are logged in part', async () => {
    const [shard] = shards;
    const topic = `${run}-minimal`;
    await written(
      { topic, createTopics: { partitions: 1 }, keyChanges: 'delete-insert', tombstones: true },
      'SET SESSION binlog_row_image = MINIMAL',
      `INSERT INTO ${shard}.orders VALUES (9, 1, 'a')`,
      `UPDATE ${shard}.orders SET id = 2 WHERE tenant = 9`,
      `DELETE FROM ${shard}.orders WHERE tenant = 9`,
    );
    const records = await readTopic(brokers, topic);
    expect(
      records.map(({ key, value }) => `${String(key)} ${value === null ? '-' : JSON.parse(String(value)).op}`),
    ).toEqual([
      '{"tenant":9,"id":1} insert',
      '{"tenant":9,"id":1} delete',
      '{"tenant":9,"id":1} -',
      '{"tenant":9,"id":2} insert',
      '{"tenant":9,"id":2} delete',
      '{"tenant":9,"id":2} -',
    ]);
  });
});
