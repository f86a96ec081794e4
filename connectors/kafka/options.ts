import { formatOf, formatOptions, RowtideError } from 'rowtide';
import { z } from 'zod';
import { parseAddress } from './address.js';
import type { TopicCreation } from './admin.js';
import { COMPRESSIONS } from './compression/codec.js';
import { registryOptions } from './registry/options.js';
import { routingOptions } from './routing/options.js';
import { saslOptions } from './sasl/options.js';
import { sslOption } from './ssl.js';

const milliseconds = z.number().int().min(1).max(2_147_483_647);
const bytes = z.number().int();

const broker = z.string().superRefine((text, context) => {
  try {
    parseAddress(text);
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    context.addIssue(`${error.message}. ${error.hint ?? ''}`);
  }
});

const creation = z.strictObject({
  partitions: z.number().int().min(1).optional(),
  replicationFactor: z.number().int().min(1).optional(),
  cleanupPolicy: z.enum(['delete', 'compact', 'compact,delete']).describe('by age or size, by key, or both').optional(),
  config: z.record(z.string(), z.string()).describe("the topic's other settings, such as retention.ms").optional(),
});

/** The policy is a setting of the topic like the others. */
function creationOf({ cleanupPolicy, config, ...shape }: z.output<typeof creation>): TopicCreation {
  const policy = cleanupPolicy === undefined ? {} : { 'cleanup.policy': cleanupPolicy };
  return { ...shape, config: { ...config, ...policy } };
}

const topicName = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, { error: 'not a topic name' });

const members = z.strictObject({
  brokers: z.array(broker).min(1).describe('host:port of some brokers; the others are found through them'),
  ...routingOptions,
  format: formatOptions.prefault('json'),
  schemaRegistry: registryOptions.describe('where schemas are kept, for the format avro').optional(),
  createTopics: z
    .union([z.boolean(), creation])
    .default(true)
    .transform((value): TopicCreation | null => (value === true ? {} : value === false ? null : creationOf(value)))
    .describe('whether, and how, topics that are missing are created'),
  ssl: sslOption,
  sasl: saslOptions.optional().describe('how to log in; only ssl keeps it secret on the way'),
  clientId: z.string().default('rowtide'),
  compression: z.enum(COMPRESSIONS).default('none').describe('of record batches'),
  batchBytesMax: bytes
    .min(1_024)
    .max(64 * 1024 * 1024)
    .default(900_000)
    .describe('of one record batch'),
  bufferBytesMax: bytes
    .min(1024 * 1024)
    .default(8 * 1024 * 1024)
    .describe('of all batches that are not acknowledged'),
  connectTimeoutMs: milliseconds.default(10_000),
  requestTimeoutMs: milliseconds.default(30_000),
  delivery: z
    .enum(['at-least-once', 'exactly-once'])
    .default('at-least-once')
    .describe('exactly-once: a batch and its checkpoint are one Kafka transaction'),
  transactionalId: z.string().min(1).describe('exactly-once: default rowtide.PIPELINE').optional(),
  transactionTimeoutMs: milliseconds.default(60_000).describe('exactly-once: then Kafka gives a transaction up'),
  checkpointTopic: topicName.describe('exactly-once: default rowtide.checkpoint.PIPELINE').optional(),
  deliveryTimeoutMs: milliseconds.default(120_000).describe('after so long without acknowledgement a write fails'),
});

export const kafkaOptions = members
  .superRefine(({ format, transactionTopic }, context) => {
    if (transactionTopic === undefined || formatOf(format).begin !== undefined) return;
    const message = `the format ${format.name} does not tell begin and end of transactions`;
    context.addIssue({ code: 'custom', path: ['transactionTopic'], message });
  })
  .superRefine(({ format, routes, schemaRegistry }, context) => {
    if (schemaRegistry !== undefined) return;
    if (![format, ...routes.map((route) => route.format)].some((each) => each?.name === 'avro')) return;
    const message = 'the format avro needs a schema registry: schemaRegistry: { url: "http://host:8081" }';
    context.addIssue({ code: 'custom', path: ['schemaRegistry'], message });
  });

export type KafkaOptions = z.output<typeof kafkaOptions>;
