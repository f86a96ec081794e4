import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../../connectors/kafka/address.js';
import { kafkaOptions } from '../../../connectors/kafka/options.js';

describe('options', () => {
  it('need nothing but brokers', () => {
    expect(kafkaOptions.parse({ brokers: ['kafka:9092'] })).toMatchObject({
      topic: '{schema}.{table}',
      format: { name: 'json', options: {} },
      createTopics: {},
      ssl: null,
      batchBytesMax: 900_000,
      bufferBytesMax: 8 * 1024 * 1024,
    });
  });

  it.each([
    [{ brokers: ['kafka'] }, 'not a broker\'s address: "kafka"'],
    [{ brokers: [] }, 'expected array to have >=1 items'],
    [{ brokers: ['a:1'], topic: '{db}' }, '{db} is not known'],
    [{ brokers: ['a:1'], topcs: 'x' }, 'topcs'],
    [{ brokers: ['a:1'], createTopics: { partitons: 3 } }, 'partitons'],
    [{ brokers: ['a:1'], createTopics: { cleanupPolicy: 'never' } }, 'cleanupPolicy'],
    [{ brokers: ['a:1'], format: 'xml' }, 'there is no format xml; there are json'],
    [{ brokers: ['a:1'], statementTopic: '..' }, 'not a topic name'],
    [{ brokers: ['a:1'], transactionTopic: 't' }, 'the format json does not tell begin and end of transactions'],
    [{ brokers: ['a:1'], format: 'avro' }, 'the format avro needs a schema registry'],
    [
      { brokers: ['a:1'], routes: [{ match: 'a.*', format: { avro: { topicPrefix: 'a' } } }] },
      'the format avro needs a schema registry',
    ],
    [{ brokers: ['a:1'], schemaRegistry: { url: 'registry:8081' } }, 'not a registry\'s URL: "registry:8081"'],
    [{ brokers: ['a:1'], schemaRegistry: { url: 'http://me:pw@r:1' } }, 'user and password do not belong into the URL'],
    [
      { brokers: ['a:1'], partitionBy: 'random' },
      'expected "key", "table", "transaction", or the number of a partition',
    ],
    [{ brokers: ['a:1'], keyless: 'uuid' }, 'expected one of'],
    [
      { brokers: ['a:1'], headers: { a: '{column}' } },
      '{column} is not known; there are {schema}, {table}, {op}, {gtid}',
    ],
    [{ brokers: ['a:1'], routes: [{ match: 'orders' }] }, 'not a table pattern: "orders"'],
    [{ brokers: ['a:1'], routes: [{ match: '/(/' }] }, 'It is not a regular expression'],
    [
      { brokers: ['a:1'], routes: [{ match: 'a.*', topic: '{1}' }] },
      '{1} is not known; there are {schema} and {table}',
    ],
    [
      { brokers: ['a:1'], routes: [{ match: '/(a|b)./', topic: '{2}' }] },
      '{2} is not known; there are {schema} and {table}, and {1} to {1} for what its match captures',
    ],
    [{ brokers: ['a:1'], routes: [{ match: 'a.*', key: ['b', 'b'] }] }, 'a column is named twice'],
    [{ brokers: ['a:1'], routes: [{ match: 'a.*', key: [] }] }, '>=1'],
    [{ brokers: ['a:1'], routes: [{ match: 'a.*', keys: ['b'] }] }, 'keys'],
  ])('%j is refused', (given, message) => {
    expect(kafkaOptions.safeParse(given).error?.message).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('of a route are at its place', () => {
    const given = { brokers: ['a:1'], routes: [{ match: 'a.*' }, { match: 'b.*', topic: '{0}' }] };
    expect(kafkaOptions.safeParse(given).error?.issues[0]?.path).toEqual(['routes', 1, 'topic']);
  });

  it('make a cleanup policy a setting of the topics', () => {
    const createTopics = { partitions: 3, cleanupPolicy: 'compact,delete', config: { 'retention.ms': '1000' } };
    expect(kafkaOptions.parse({ brokers: ['a:1'], createTopics }).createTopics).toEqual({
      partitions: 3,
      config: { 'cleanup.policy': 'compact,delete', 'retention.ms': '1000' },
    });
  });

  it('take IPv6 addresses in brackets', () => {
    expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
    expect(formatAddress({ host: '::1', port: 9092 })).toBe('[::1]:9092');
  });
});
