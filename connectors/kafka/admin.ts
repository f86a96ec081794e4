import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type Kafka, type Admin as KafkaAdmin } from 'kafkajs';
import { RowtideError } from 'rowtide';
import { quietIdleTimers } from './kafkajs-timers.js';
import type { SaslOptions } from './sasl/options.js';

// A CommonJS module whose later exports Node cannot see by name.
const { ConfigResourceTypes, KafkaJSProtocolError, logLevel } = kafkajs;

quietIdleTimers();

export interface AdminOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: ConnectionOptions | null;
  readonly sasl?: SaslOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** How topics are created; what is not given is up to the broker. */
export interface TopicCreation {
  readonly partitions?: number | undefined;
  readonly replicationFactor?: number | undefined;
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** One broker may know a topic, of which the one that is asked for its settings has not heard yet. */
const SETTINGS_ATTEMPTS = 50;
const SETTINGS_WAIT_MS = 100;

/** Topics are administered by kafkajs. Each task has a connection of its own: they are rare and must not meet an old one. */
export class Admin {
  readonly #kafka: Kafka;

  constructor(options: AdminOptions) {
    this.#kafka = new kafkajs.Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      connectionTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      logLevel: logLevel.NOTHING,
      retry: { retries: 3 },
      ...(options.ssl === null ? {} : { ssl: options.ssl }),
      ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
      // Its default of ten seconds logs in twice, and is refused, where a session is that short.
      reauthenticationThreshold: 0,
    });
  }

  /** No error if it exists. It may take a moment until all brokers know it. */
  async createTopic(
    topic: string,
    { partitions = -1, replicationFactor = -1, config = {} }: TopicCreation,
  ): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.#task(`topic ${topic} cannot be created`, (admin) =>
      admin.createTopics({
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
      }),
    );
  }

  /** The topic's max.message.bytes; null where the client may not ask for it. */
  async messageBytesMax(topic: string): Promise<number | null> {
    const value = await this.setting(topic, 'max.message.bytes');
    return value === null ? null : Number(value);
  }

  /** Null where the client may not ask for it. Waits for a topic that was just made. */
  async setting(topic: string, name: string): Promise<string | null> {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }];
    return this.#task(`the settings of topic ${topic} cannot be read`, async (admin) => {
      for (let left = SETTINGS_ATTEMPTS; ; left--) {
        try {
          const { resources: found } = await admin.describeConfigs({ resources, includeSynonyms: false });
          return found[0]?.configEntries.find((entry) => entry.configName === name)?.configValue ?? null;
        } catch (error) {
          const type = error instanceof KafkaJSProtocolError ? error.type : '';
          if (type === 'TOPIC_AUTHORIZATION_FAILED') return null;
          if (type !== 'UNKNOWN_TOPIC_OR_PARTITION' || left === 0) throw error;
          await sleep(SETTINGS_WAIT_MS);
        }
      }
    });
  }

  async #task<T>(failure: string, task: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await task(admin);
    } catch (error) {
      throw translated(failure, error);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

function translated(failure: string, error: unknown): unknown {
  // Its errors share no class: an aggregate is a plain Error.
  if (!(error instanceof Error) || !error.name.startsWith('KafkaJS')) return error;
  const causes: readonly Error[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  const message = `${failure}: ${causes.map((cause) => cause.message).join('; ')}`;
  const isUnreachable = causes.every(({ name }) => /Connection|NumberOfRetries|Timeout/.test(name));
  return isUnreachable
    ? new RowtideError('SINK_UNREACHABLE', message, { retryable: true, cause: error })
    : new RowtideError('SINK_REFUSED', message, {
        hint: 'Create the topic by hand, or change createTopics and the rights of this client.',
        cause: error,
      });
}
