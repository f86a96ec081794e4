import { checkpointed, jsonFormat, memoryStore } from 'rowtide';
import { sinkSuite } from 'rowtide/testing';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { needs, sharedKafka } from '../../servers/suite.js';
import { readTopic } from './reading.js';

interface Line {
  readonly op: string;
  readonly sql?: string;
  readonly after?: { readonly id: number };
}

const run = Date.now().toString(36);
let targets = 0;

needs('kafka').describe('the Kafka sink, as any sink', () => {
  sinkSuite({
    test: (name, body) => needs('kafka').test(name, body),
    delivery: 'at-least-once',
    async make() {
      const { brokers } = await sharedKafka();
      const topic = `suite-${run}-${++targets}`;
      const createTopics = { partitions: 1 };
      const options = kafkaOptions.parse({ brokers, topic, statementTopic: topic, createTopics });
      const store = memoryStore();
      const lines = async (): Promise<Line[]> =>
        (await readTopic(brokers, topic)).map(({ value }) => JSON.parse(value?.toString() ?? 'null'));
      return {
        sink: () => checkpointed(new KafkaSink(options, jsonFormat), store),
        forgetful: () => new KafkaSink(options, jsonFormat),
        ids: async () => (await lines()).flatMap(({ op, after }) => (op === 'insert' && after ? [after.id] : [])),
        statements: async () => (await lines()).flatMap(({ op, sql }) => (op === 'statement' && sql ? [sql] : [])),
      };
    },
  });
});
