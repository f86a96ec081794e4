import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atLeastOnce } from '../../../connectors/kafka/delivery.js';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { quietLog } from '../../checkpoint/quiet.js';
import { run } from '../../servers/command.js';
import { type KafkaNode, kafkaCommand, startKafka } from '../../servers/kafka.js';
import { needs } from '../../servers/suite.js';
import { testFormat } from './rows.js';
import { signal, sinkWith, Workload } from './workload.js';

needs('own').describe('the Kafka sink at a broker with rules', () => {
  let kafka: KafkaNode;
  beforeAll(async () => {
    kafka = await startKafka({
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': true,
      },
    });
  });
  afterAll(() => kafka.remove());

  async function allow(topic: string, operations: readonly kafkajs.AclOperationTypes[]): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createAcls({
      acl: operations.map((operation) => ({
        resourceType: kafkajs.AclResourceTypes.TOPIC,
        resourceName: topic,
        resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
        principal: 'User:ANONYMOUS',
        host: '*',
        operation,
        permissionType: kafkajs.AclPermissionTypes.ALLOW,
      })),
    });
    await known(admin, topic, operations.length);
    await admin.disconnect();
  }

  async function forbidAll(topic: string): Promise<void> {
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteAcls({ filters: [rulesOf(topic)] });
    await known(admin, topic, 0);
    await admin.disconnect();
  }

  const rulesOf = (topic: string) => ({
    resourceType: kafkajs.AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
    operation: kafkajs.AclOperationTypes.ANY,
    permissionType: kafkajs.AclPermissionTypes.ANY,
  });

  /** The controller answers when it has them; the broker hears of them a moment later. */
  async function known(admin: kafkajs.Admin, topic: string, rules: number): Promise<void> {
    const told = async () => {
      const { resources } = await admin.describeAcls(rulesOf(topic));
      return resources.flatMap(({ acls }) => acls);
    };
    await expect.poll(told).toHaveLength(rules);
  }

  function open(options: object) {
    const sink = sinkWith({ brokers: kafka.proxiedBrokers, createTopics: { partitions: 2 }, ...options });
    return sink.open(undefined, signal).then(() => sink);
  }

  it('is refused by name where it may not write', async () => {
    const { DESCRIBE } = kafkajs.AclOperationTypes;
    await (await open({ topic: 'forbidden' })).close();
    await allow('forbidden', [DESCRIBE]);
    const sink = await open({ topic: 'forbidden' });
    await expect(new Workload(sink, 'forbidden').write(1)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      retryable: false,
      message: expect.stringMatching(
        /^topic forbidden, partition \d refused a record of \d+ bytes: the client may not write/,
      ),
      hint: expect.stringContaining('Grant WRITE'),
    });
    await sink.close();
  });

  it('needs no right to a checkpoint topic that it does not use', async () => {
    const { ALTER_CONFIGS } = kafkajs.AclOperationTypes;
    await allow('rowtide.checkpoint.unseen', [ALTER_CONFIGS]);
    const options = kafkaOptions.parse({ brokers: kafka.proxiedBrokers, topic: 'seen' });
    const sink = new KafkaSink(options, testFormat, atLeastOnce(options, { pipeline: 'unseen', log: quietLog() }));
    await sink.open(undefined, signal);
    await sink.close();
  });

  it('survives lost answers with no more than the right to write: then the broker itself has to know repetitions', async () => {
    const { DESCRIBE, WRITE } = kafkajs.AclOperationTypes;
    await (await open({ topic: 'write-only' })).close();
    await allow('write-only', [DESCRIBE, WRITE]);
    const sink = await open({ topic: 'write-only', batchBytesMax: 50_000 });
    const workload = new Workload(sink, 'write-only');
    for (let i = 0; i < 10; i++) {
      const writing = workload.write(3_000);
      await sleep(5 * i);
      kafka.proxy.cutAll();
      await writing;
    }
    await sink.close();
    await forbidAll('write-only');
    await workload.check(kafka.brokers);
  });

  it('waits as long as a quota says', async () => {
    const quota = [
      '--entity-type',
      'clients',
      '--entity-name',
      'slow',
      '--alter',
      '--add-config',
      'producer_byte_rate=300000',
    ];
    const tool = ['kafka.admin.ConfigCommand', '--bootstrap-server', kafka.brokers.join(','), ...quota];
    await run(await kafkaCommand(), tool);
    const sink = await open({ topic: 'quota', clientId: 'slow', batchBytesMax: 50_000 });
    const workload = new Workload(sink, 'quota');
    await workload.write(3_000);
    await workload.write(1_000);
    await sink.close();
    await workload.check(kafka.brokers);
  });
});
