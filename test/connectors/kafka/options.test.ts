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
      bufferBytesMax: 32 * 1024 * 1024,
    });
  });

  it.each([
    [{ brokers: ['kafka'] }, 'not a broker\'s address: "kafka"'],
    [{ brokers: [] }, 'expected array to have >=1 items'],
    [{ brokers: ['a:1'], topic: '{db}' }, '{db} is not known'],
    [{ brokers: ['a:1'], topcs: 'x' }, 'topcs'],
    [{ brokers: ['a:1'], createTopics: { partitons: 3 } }, 'partitons'],
  ])('%j is refused', (given, message) => {
    expect(kafkaOptions.safeParse(given).error?.message).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('take IPv6 addresses in brackets', () => {
    expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
    expect(formatAddress({ host: '::1', port: 9092 })).toBe('[::1]:9092');
  });
});
