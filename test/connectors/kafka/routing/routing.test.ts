import { type Format, jsonFormat, type Rows, type Table, type Transaction } from 'rowtide';
import { insertsOf, itemsTable, itemTransaction, transactionOf } from 'rowtide/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { murmur2 } from '../../../../connectors/kafka/murmur2.js';
import { kafkaOptions } from '../../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../../connectors/kafka/sink.js';
import type { KafkaAddress } from '../../../servers/kafka.js';
import { needs, sharedKafka } from '../../../servers/suite.js';
import { type ReadRecord, readTopic } from '../reading.js';
import { batchOf } from '../rows.js';
import { signal } from '../workload.js';

const run = `route${Date.now().toString(36)}`;
let topics = 0;
const newTopic = (): string => `${run}-${++topics}`;

const one = { id: 1, name: 'one' };
const two = { id: 2, name: 'two' };

/** The rows as those of another table with the same columns. */
function moved(transaction: Transaction, table: Partial<Table>): Transaction {
  const other = { ...itemsTable, ...table };
  const entries = [...transaction.entries].map((entry) =>
    entry.kind === 'statement' ? entry : { ...plain(entry), table: other },
  );
  return { ...transaction, entries };
}

function plain(rows: Rows): Rows {
  return { kind: 'rows', op: rows.op, table: rows.table, event: rows.event, cursor: () => rows.cursor() };
}

const keyOf = ({ key }: ReadRecord): string => key?.toString() ?? '';

/** Key, op and the ids before and after, or that there is no value. */
function told({ key, value }: ReadRecord): string {
  if (value === null) return `${key?.toString()} tombstone`;
  const { op, before, after } = JSON.parse(value.toString());
  return `${key?.toString()} ${op} ${before?.id ?? '-'} ${after?.id ?? '-'}`;
}

needs('kafka').describe('routing', () => {
  let kafka: KafkaAddress;
  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  async function write(
    options: object,
    transactions: readonly Transaction[],
    format: Format = jsonFormat,
  ): Promise<void> {
    const sink = new KafkaSink(kafkaOptions.parse({ brokers: kafka.brokers, ...options }), format);
    try {
      await sink.open(undefined, signal);
      await sink.write(batchOf(...transactions), signal);
    } finally {
      await sink.close();
    }
  }

  const read = (topic: string): Promise<ReadRecord[]> => readTopic(kafka.brokers, topic);
  const partitionsOf = async (topic: string): Promise<number[]> => [
    ...new Set((await read(topic)).map(({ partition }) => partition)),
  ];

  describe('routes', () => {
    it('bring shards into one topic, by what a regular expression captures; the first that matches counts', async () => {
      const prefix = newTopic();
      const routes = [
        { match: '/^(\\w+)_\\d+\\.items$/', topic: `${prefix}.all.{1}.{table}` },
        { match: 'shop_*.*', topic: `${prefix}.never` },
      ];
      const shards = ['shop_1', 'shop_2', 'stock_1', 'other'];
      const transactions = shards.map((schema, i) => moved(insertsOf(i + 1, [i + 1]), { schema }));
      await write({ topic: `${prefix}.{schema}.{table}`, routes }, transactions);
      const idsIn = async (topic: string): Promise<string[]> => (await read(`${prefix}.${topic}`)).map(told).sort();
      expect(await idsIn('all.shop.items')).toEqual(['{"id":1} insert - 1', '{"id":2} insert - 2']);
      expect(await idsIn('all.stock.items')).toEqual(['{"id":3} insert - 3']);
      expect(await idsIn('other.items')).toEqual(['{"id":4} insert - 4']);
    });

    it('have formats and headers of their own', async () => {
      const [topic, own] = [newTopic(), newTopic()];
      const headers = { from: 'rowtide', where: '{schema}.{table}', op: '{op}', place: '{file}:{position}' };
      const format: Format = { ...jsonFormat, tombstones: true };
      const routes = [
        { match: 'testing.items', topic: own, format: 'json', headers: { op: 'row {op}', gtid: '{gtid}' } },
      ];
      const transactions = [
        itemTransaction(1, [{ op: 'delete', before: one }]),
        moved(itemTransaction(2, [{ op: 'delete', before: two }]), { name: 'others' }),
      ];
      await write({ topic, routes, headers }, transactions, format);
      const uuid = '7e57ab1e-0000-4000-8000-000000000001';
      const ownHeaders = `from=rowtide,where=testing.items,op=row delete,place=binlog.000001:1000,gtid=${uuid}:1`;
      expect((await read(own)).map((record) => [told(record), record.headers])).toEqual([
        ['{"id":1} delete 1 -', ownHeaders],
      ]);
      const others = 'from=rowtide,where=testing.others,op=delete,place=binlog.000001:2000';
      expect((await read(topic)).map((record) => [told(record), record.headers])).toEqual([
        ['{"id":2} delete 2 -', others],
        ['{"id":2} tombstone', others],
      ]);
    });

    it('with headers on rows of every size come back as they were written', async () => {
      const topic = newTopic();
      const headers = { long: 'x'.repeat(200), empty: '' };
      const rows = [0, 50, 7_000, 30_000].map((length, id) => ({
        op: 'insert',
        after: { id, name: 'é'.repeat(length) },
      }));
      await write({ topic, headers, createTopics: { partitions: 1 } }, [itemTransaction(1, rows as never)]);
      const records = await read(topic);
      expect(records.map(({ value }) => JSON.parse(String(value)).after.name.length)).toEqual([0, 50, 7_000, 30_000]);
      expect(new Set(records.map((record) => record.headers))).toEqual(new Set([`long=${headers.long},empty=`]));
    });
  });

  describe('keys', () => {
    it('are of the columns that a route names, and say the partition', async () => {
      const topic = newTopic();
      const rows = [1, 2, 3, 4].map((id) => ({ op: 'insert' as const, after: { id, name: id % 2 ? 'odd' : 'even' } }));
      const routes = [{ match: 'testing.*', key: ['name'] }];
      await write({ topic, routes, createTopics: { partitions: 5 } }, [itemTransaction(1, rows)]);
      const records = await read(topic);
      expect(records.map(keyOf).sort()).toEqual([
        '{"name":"even"}',
        '{"name":"even"}',
        '{"name":"odd"}',
        '{"name":"odd"}',
      ]);
      for (const { key, partition } of records) expect(partition).toBe(murmur2(key!, 0, key!.length) % 5);
    });

    it('of a column that the table has not are refused by name', async () => {
      const routes = [{ match: 'testing.*', key: ['nmae'] }];
      await expect(write({ topic: newTopic(), routes }, [insertsOf(1, [1])])).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: 'table testing.items has no column nmae, which the route testing.* takes for its key',
        hint: expect.stringContaining('Its columns are id, name.'),
      });
    });

    it('that a row image lacks are refused by name', async () => {
      const routes = [{ match: 'testing.*', key: ['name'] }];
      const minimal = [...itemTransaction(1, [{ op: 'delete', before: one }]).entries].map((entry) => ({
        ...plain(entry as Rows),
        cursor: () => withoutName(entry as Rows),
      }));
      await expect(write({ topic: newTopic(), routes }, [transactionOf(1, minimal)])).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: 'table testing.items: a row was logged without column name, which is in its key',
        hint: expect.stringContaining('binlog_row_image = FULL'),
      });
    });
  });

  describe('tables without a key', () => {
    const keyless = (): Transaction[] => [
      moved(insertsOf(1, [1, 2, 3, 4, 5, 6]), { primaryKey: [] }),
      moved(itemTransaction(2, [{ op: 'update', before: one, after: two }]), { primaryKey: [] }),
    ];
    const createTopics = { partitions: 7 };

    it('go to one partition, so that their rows stay in order', async () => {
      const topic = newTopic();
      await write({ topic, createTopics }, keyless());
      const records = await read(topic);
      expect(await partitionsOf(topic)).toHaveLength(1);
      expect(records.map(told)).toEqual([
        ...[1, 2, 3, 4, 5, 6].map((id) => `undefined insert - ${id}`),
        'undefined update 1 2',
      ]);
    });

    it('take the whole row as the key where that is said', async () => {
      const topic = newTopic();
      await write({ topic, createTopics, keyless: 'row', keyChanges: 'delete-insert' }, keyless());
      const keys = (await read(topic)).map(told);
      expect(keys).toContain('{"id":6,"name":"item 6"} insert - 6');
      expect(keys).toContain('{"id":1,"name":"one"} delete 1 -');
      expect(keys).toContain('{"id":2,"name":"two"} insert - 2');
      expect((await partitionsOf(topic)).length).toBeGreaterThan(1);
    });

    it('are refused by name where that is said', async () => {
      await expect(write({ topic: newTopic(), keyless: 'refuse' }, keyless())).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: 'table testing.items has no primary key, and keyless is refuse',
      });
    });
  });

  describe('partitions', () => {
    const transactions = (): Transaction[] => [1, 2, 3, 4].map((n) => insertsOf(n, [n * 10, n * 10 + 1, n * 10 + 2]));

    it('are those of the table', async () => {
      const topic = newTopic();
      await write({ topic, partitionBy: 'table', createTopics: { partitions: 7 } }, transactions());
      const name = Buffer.from('testing.items');
      expect(await partitionsOf(topic)).toEqual([murmur2(name, 0, name.length) % 7]);
    });

    it('are those of the transaction', async () => {
      const topic = newTopic();
      await write({ topic, partitionBy: 'transaction', createTopics: { partitions: 7 } }, transactions());
      const records = await read(topic);
      const pairs = records.map(({ partition, value }) => `${JSON.parse(String(value)).gtid} ${partition}`);
      expect(new Set(pairs).size).toBe(4);
      expect((await partitionsOf(topic)).length).toBeGreaterThan(1);
    });

    it('are one that is named, which has to be there', async () => {
      const topic = newTopic();
      await write({ topic, partitionBy: 3, createTopics: { partitions: 4 } }, transactions());
      expect(await partitionsOf(topic)).toEqual([3]);
      await expect(write({ topic, partitionBy: 4 }, transactions())).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: `topic ${topic} has 4 partitions, and by the options of the sink rows go to number 4`,
      });
    });
  });

  describe('an update of the key', () => {
    const transaction = (): Transaction =>
      itemTransaction(1, [
        { op: 'update', before: one, after: { ...one, name: 'uno' } },
        { op: 'update', before: one, after: two },
        { op: 'delete', before: two },
      ]);
    const createTopics = { partitions: 1 };

    it('is one record with the new key, and deletes have no tombstones, as our JSON has it', async () => {
      const topic = newTopic();
      await write({ topic, createTopics }, [transaction()]);
      expect((await read(topic)).map(told)).toEqual([
        '{"id":1} update 1 1',
        '{"id":2} update 1 2',
        '{"id":2} delete 2 -',
      ]);
    });

    it('deletes the old one and inserts the new one, with tombstones, where that is said', async () => {
      const topic = newTopic();
      await write({ topic, createTopics, keyChanges: 'delete-insert', tombstones: true, headers: { op: '{op}' } }, [
        transaction(),
      ]);
      const records = await read(topic);
      expect(records.map((record) => `${told(record)} ${record.headers}`)).toEqual([
        '{"id":1} update 1 1 op=update',
        '{"id":1} delete 1 - op=delete',
        '{"id":1} tombstone op=delete',
        '{"id":2} insert - 2 op=insert',
        '{"id":2} delete 2 - op=delete',
        '{"id":2} tombstone op=delete',
      ]);
      const numbers = records.flatMap(({ value }) => (value === null ? [] : JSON.parse(String(value)).row));
      expect(numbers).toEqual([0, 1, 2, 3]);
    });

    it('names the other key in headers where the format wants it, and the options may want neither', async () => {
      const format: Format = { ...jsonFormat, tombstones: true, keyChange: { oldKey: 'old', newKey: 'new' } };
      const [topic, plainTopic] = [newTopic(), newTopic()];
      await write({ topic, createTopics }, [transaction()], format);
      expect((await read(topic)).map((record) => `${told(record)} ${record.headers}`)).toEqual([
        '{"id":1} update 1 1 ',
        '{"id":1} delete 1 - new={"id":2}',
        '{"id":1} tombstone new={"id":2}',
        '{"id":2} insert - 2 old={"id":1}',
        '{"id":2} delete 2 - ',
        '{"id":2} tombstone ',
      ]);
      const neither = { keyChanges: 'update', tombstones: false };
      await write({ topic: plainTopic, createTopics, ...neither }, [transaction()], format);
      expect(await read(plainTopic)).toHaveLength(3);
    });
  });
});

/** As BINLOG_ROW_IMAGE=MINIMAL logs a delete. */
function withoutName(rows: Rows): ReturnType<Rows['cursor']> {
  const cursor = rows.cursor();
  return {
    get before() {
      const { before } = cursor;
      return before && { ...before, at: Int32Array.of(before.at[0]!, -2) };
    },
    after: null,
    diffs: null,
    next: () => cursor.next(),
  };
}
