/** Rows in Avro on their way into Kafka, with the registry that keeps their schemas, and what goes wrong there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Batch, checkpointed, type ForgetfulSink, memoryStore, rowsAs, type Table } from 'rowtide';
import { afterAll, beforeAll, expect, it } from 'vitest';
import kafkaSink from '../../../../connectors/kafka/index.js';
import { FLOAT } from '../../../../src/column/types.js';
import {
  insertsOf,
  itemRows,
  itemsTable,
  itemTransaction,
  positionAfter,
  statementTransaction,
  transactionOf,
} from '../../../../src/testing/transactions.js';
import { quietLog } from '../../../checkpoint/quiet.js';
import { typeOf } from '../../../format/avro/reading.js';
import { freePort } from '../../../servers/ports.js';
import { needs, sharedKafka, sharedRegistry } from '../../../servers/suite.js';
import { readTopic } from '../reading.js';
import { signal } from '../workload.js';
import { Fronts } from './fronts.js';

const run = `avro${Date.now().toString(36)}`;

needs('kafka', 'registry').describe('rows in Avro', () => {
  let url: string;
  let brokers: readonly string[];
  const fronts = new Fronts(() => url);
  beforeAll(async () => {
    [url, { brokers }] = await Promise.all([sharedRegistry(), sharedKafka()]);
  });
  afterAll(() => fronts.close());

  function sinkTo(topic: string, schemaRegistry: object = {}, more: object = {}): ForgetfulSink {
    const registry = { url, deliveryTimeoutMs: 60_000, ...schemaRegistry };
    const options = kafkaSink.options.parse({ brokers, topic, format: 'avro', schemaRegistry: registry, ...more });
    return kafkaSink.create(options, { pipeline: run, log: quietLog() }) as ForgetfulSink;
  }

  async function write(sink: ForgetfulSink, ...batches: readonly Batch[]): Promise<void> {
    await sink.open(undefined, signal);
    try {
      for (const batch of batches) await sink.write(batch, signal);
    } finally {
      await sink.close();
    }
  }

  /** By the number in front of it, as consumers do. */
  async function decoded(bytes: Buffer | null): Promise<unknown> {
    if (bytes === null) return null;
    expect(bytes[0]).toBe(0);
    const found = await fetch(`${url}/schemas/ids/${bytes.readUInt32BE(1)}`);
    const { schema } = (await found.json()) as { schema: string };
    return typeOf(JSON.parse(schema)).fromBuffer(bytes.subarray(5));
  }

  async function idsIn(topic: string): Promise<unknown[]> {
    const records = await readTopic(brokers, topic);
    return Promise.all(records.map(async ({ key }) => ((await decoded(key)) as { id: unknown }).id));
  }

  const batchOf = (sequence: number, ...transactions: Batch['transactions']): Batch => ({
    transactions,
    position: positionAfter(sequence),
  });

  /** The rows of `insertsOf`, of a table whose key has another type. */
  function retyped(sequence: number, id: number): Batch['transactions'][number] {
    const [key, ...others] = itemsTable.columns;
    const table: Table = { ...itemsTable, columns: [{ ...key!, type: FLOAT, meta: 4 }, ...others] };
    return transactionOf(sequence, [rowsAs(itemRows({ op: 'insert', after: { id, name: 'other' } }), { table })]);
  }

  it('are read by the numbers of their schemas, tombstones and all', async () => {
    const topic = `${run}-read`;
    const [first, second] = [
      { id: 1, name: 'one' },
      { id: 1, name: 'two' },
    ];
    const changes = itemTransaction(1, [
      { op: 'insert', after: first },
      { op: 'update', before: first, after: second },
      { op: 'delete', before: second },
    ]);
    await write(sinkTo(topic), batchOf(1, changes));
    const records = await readTopic(brokers, topic);
    const read = await Promise.all(records.map(async ({ key, value }) => [await decoded(key), await decoded(value)]));
    expect(read).toMatchObject([
      [{ id: 1 }, { op: 'c', before: null, after: first, source: { table: 'items', row: 0, snapshot: 'false' } }],
      [{ id: 1 }, { op: 'u', before: first, after: second }],
      [{ id: 1 }, { op: 'd', before: second, after: null }],
      [{ id: 1 }, null],
    ]);
    const subjects = (await (await fetch(`${url}/subjects`)).json()) as string[];
    expect(subjects).toEqual(expect.arrayContaining([`${topic}-key`, `${topic}-value`]));
  });

  it('have statements, transactions and heartbeats beside them', async () => {
    const topic = `${run}-sides`;
    const [statementTopic, transactionTopic, heartbeatTopic] = ['ddl', 'tx', 'beat'].map((side) => `${topic}-${side}`);
    const sides = { statementTopic, transactionTopic, heartbeatTopic };
    const format = { avro: { provideTransactionMetadata: true } };
    const batch = batchOf(2, statementTransaction(1, 'CREATE TABLE items (id INT)'), insertsOf(2, [1]));
    await write(sinkTo(topic, {}, { ...sides, format }), batch);
    const [ddl, tx, beat] = await Promise.all(
      [statementTopic, transactionTopic, heartbeatTopic].map(async (side) => {
        const records = await readTopic(brokers, side!);
        return Promise.all(records.map(({ value }) => decoded(value)));
      }),
    );
    expect(ddl).toMatchObject([{ ddl: 'CREATE TABLE items (id INT)', databaseName: 'testing', tableChanges: [] }]);
    expect(tx).toMatchObject([{ status: 'BEGIN' }, { status: 'END', event_count: 1n }]);
    expect(beat).toMatchObject([{ ts_ms: expect.anything() }]);
    const [record] = await readTopic(brokers, topic);
    expect(await decoded(record!.value)).toMatchObject({ transaction: { total_order: 1n, data_collection_order: 1n } });
  });

  it('stop where their schema is refused, with the table and what changed it, and go on behind the checkpoint', async () => {
    const topic = `${run}-strict`;
    const store = memoryStore();
    const setting = (compatibility: string): Promise<Response> =>
      fetch(`${url}/config/${topic}-key`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ compatibility }),
      });
    const sink = checkpointed(sinkTo(topic), store);
    await sink.open(signal);
    await sink.write(batchOf(1, insertsOf(1, [1])), signal);
    await setting('FULL');
    const alter = statementTransaction(2, 'ALTER TABLE items MODIFY id FLOAT NOT NULL');
    const refused = sink.write(batchOf(3, alter, retyped(3, 2)), signal);
    await expect(refused).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      retryable: false,
      message: expect.stringMatching(
        new RegExp(
          `table testing\\.items as of GTID .*:3, binlog.000001:3000 .*ALTER TABLE items MODIFY id.*:2.*${topic}-key`,
        ),
      ),
    });
    await sink.close();
    const again = checkpointed(sinkTo(topic), store);
    expect(await again.open(signal)).toEqual(positionAfter(1));
    await setting('NONE');
    await again.write(batchOf(3, alter, retyped(3, 2)), signal);
    await again.close();
    expect((await idsIn(topic)).filter((id) => id === 1)).toEqual([1]);
    expect((await idsIn(topic)).filter((id) => id !== 1)).toHaveLength(1);
  });

  it('wait for a registry that is down at first, and for one that goes down later', async () => {
    const topic = `${run}-down`;
    let isDown = true;
    let refused = 0;
    const front = await fronts.open(() => {
      if (isDown) refused++;
      return isDown ? 503 : null;
    });
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const sink = sinkTo(topic, { url: [nobody, front] });
    await sink.open(undefined, signal);
    const comesBack = async (writing: Promise<void>): Promise<void> => {
      const before = refused;
      while (refused < before + 2) await sleep(10);
      isDown = false;
      await writing;
    };
    await comesBack(sink.write(batchOf(1, insertsOf(1, [1])), signal));
    isDown = true;
    // What is registered needs no registry.
    await sink.write(batchOf(2, insertsOf(2, [2])), signal);
    await comesBack(sink.write(batchOf(3, retyped(3, 3)), signal));
    await sink.close();
    expect(await idsIn(topic)).toHaveLength(3);
  });

  it('end with an error that may be tried again, if it stays away; nothing is lost', async () => {
    const topic = `${run}-away`;
    const store = memoryStore();
    let isDown = true;
    const front = await fronts.open(() => (isDown ? 503 : null));
    const batch = batchOf(1, insertsOf(1, [1, 2, 3]));
    const sink = checkpointed(sinkTo(topic, { url: front, deliveryTimeoutMs: 300 }), store);
    await sink.open(signal);
    await expect(sink.write(batch, signal)).rejects.toMatchObject({
      code: 'SINK_UNREACHABLE',
      retryable: true,
      message: expect.stringMatching(/table testing\.items .*schema registry .* answers 503/),
    });
    await sink.close();
    expect(await store.load()).toBeUndefined();
    isDown = false;
    await write(sinkTo(topic, { url: front }), batch);
    expect(await idsIn(topic)).toEqual([1, 2, 3]);
  });

  it('have time for a registry that is slow', async () => {
    const topic = `${run}-slow`;
    let isFirst = true;
    const front = await fronts.open(async () => {
      await sleep(isFirst ? 600 : 100);
      isFirst = false;
      return null;
    });
    await write(sinkTo(topic, { url: front, requestTimeoutMs: 300 }), batchOf(1, insertsOf(1, [1])));
    expect(await idsIn(topic)).toEqual([1]);
  });

  it('name the table where a login is refused', async () => {
    const front = await fronts.open(() => 401);
    const written = write(sinkTo(`${run}-login`, { url: front }), batchOf(1, insertsOf(1, [1])));
    await expect(written).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringMatching(/table testing\.items .* answers 401/),
      hint: expect.stringContaining('schemaRegistry.username'),
    });
  });
});
