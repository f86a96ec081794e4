import { RowtideError } from 'rowtide';
import type { Admin, TopicCreation } from '../admin.js';
import { type Clock, systemClock } from '../clock.js';
import { type Cluster, existing } from '../cluster.js';
import type { KafkaOptions } from '../options.js';
import type { Api } from '../protocol/api.js';
import { refusal, remedy } from '../protocol/errors.js';
import { fetchRecords } from '../protocol/fetch.js';
import { EARLIEST, LATEST, listOffsets } from '../protocol/list-offsets.js';
import type { TopicMetadata } from '../protocol/metadata.js';
import { type LogEntry, lastCommitted, readBatches } from './committed.js';

/** Kafka's name for a pipeline: its instances fence each other by it. */
export function transactionalIdOf({ transactionalId }: KafkaOptions, pipeline: string): string {
  return transactionalId ?? `rowtide.${pipeline}`;
}

export function checkpointTopicOf({ checkpointTopic }: KafkaOptions, pipeline: string): string {
  return checkpointTopic ?? `rowtide.checkpoint.${pipeline}`;
}

/** Of one partition of the topic: each pipeline has one of its own, unless several are told to share. */
export const PARTITION = 0;

export interface CheckpointTopicOptions {
  readonly topic: string;
  /** Whose checkpoint. */
  readonly key: string;
  readonly requestTimeoutMs: number;
}

/** Offsets from the end: a transaction takes two. Compaction may leave anything before. */
const SPAN_FIRST = 64n;
const SPAN_GROWTH = 8n;
const FETCH_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 50;

/** The topic without creating it; null if there is none. */
export async function findCheckpointTopic(cluster: Cluster, topic: string): Promise<TopicMetadata | null> {
  const { topics } = await cluster.metadata([topic]);
  return topics[0] === undefined ? null : existing(topics[0]);
}

export interface CheckpointTopicCreation {
  readonly topic: string;
  readonly admin: Admin;
  /** Null: it has to be there. */
  readonly creation: TopicCreation | null;
  readonly createTimeoutMs: number;
}

/** The topic, created if it is missing and may be. Throws SINK_REFUSED where its records would not be kept for ever. */
export async function needCheckpointTopic(
  cluster: Cluster,
  { topic, admin, creation, createTimeoutMs }: CheckpointTopicCreation,
): Promise<TopicMetadata> {
  const found = await findCheckpointTopic(cluster, topic);
  if (found === null) {
    if (creation === null) throw missing(topic);
    const { replicationFactor } = creation;
    await admin.createTopic(topic, { partitions: 1, replicationFactor, config: CONFIG });
    const deadlineMs = systemClock.now() + createTimeoutMs;
    for (const { signal } = new AbortController(); ; await systemClock.sleep(RETRY_MS, signal)) {
      const created = await findCheckpointTopic(cluster, topic);
      if ((created?.partitions[0]?.leader ?? -1) >= 0) return created!;
      if (systemClock.now() > deadlineMs) throw leaderless(topic, createTimeoutMs);
    }
  }
  const policy = await admin.setting(topic, 'cleanup.policy');
  if (policy !== null && policy !== 'compact') throw forgetful(topic, policy);
  return found;
}

/** Small segments are compacted sooner: each transaction adds a record. */
const CONFIG = { 'cleanup.policy': 'compact', 'segment.bytes': String(64 * 1024 * 1024) };

/**
 * The checkpoint that was committed last; null if there is none. To be called when no older producer can commit any more.
 *
 * It reads what stands before the high watermark, and believes the markers that end transactions. What a broker calls
 * committed ends at the first transaction that is open, of whomever: behind one, an older checkpoint would be found.
 */
export async function readCheckpoint(
  cluster: Cluster,
  options: CheckpointTopicOptions,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Buffer | null> {
  const partition = { topic: options.topic, partition: PARTITION };
  const ask = asking(cluster, options, { clock, signal });
  const [{ offset: start }, { offset: end }] = [
    await ask(listOffsets, { ...partition, at: EARLIEST }),
    await ask(listOffsets, { ...partition, at: LATEST }),
  ];
  for (let span = SPAN_FIRST; ; span *= SPAN_GROWTH) {
    const from = end - span > start ? end - span : start;
    const entries: LogEntry[] = [];
    for (let offset = from; offset < end; ) {
      const { records } = await ask(fetchRecords, { ...partition, offset, bytesMax: FETCH_BYTES });
      const read = readBatches(records, offset);
      entries.push(...read.entries);
      if (read.next === offset) throw unreadable(options.topic, offset);
      offset = read.next;
    }
    const found = lastCommitted(entries, Buffer.from(options.key));
    if (found !== undefined || from === start) return found ?? null;
  }
}

type Ask = <Request, Response extends { readonly errorCode: number }>(
  api: Api<Request, Response>,
  request: Request,
) => Promise<Response>;

/** Asks the leader, whoever that is by now. */
function asking(
  cluster: Cluster,
  { topic, requestTimeoutMs }: CheckpointTopicOptions,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Ask {
  const deadlineMs = clock.now() + requestTimeoutMs;
  const leader = async (): Promise<number> => {
    const found = await findCheckpointTopic(cluster, topic);
    return found?.partitions.find(({ index }) => index === PARTITION)?.leader ?? -1;
  };
  return async (api, request) => {
    for (;;) {
      signal.throwIfAborted();
      let error: unknown;
      try {
        const connection = await cluster.connection(await leader());
        const answer = await connection.request(api, request, requestTimeoutMs);
        if (answer.errorCode === 0) return answer;
        error = refusal(answer.errorCode, `topic ${topic}, ${api.name}`);
        if (remedy(answer.errorCode).kind !== 'retry') throw error;
      } catch (reason) {
        if (!(reason instanceof RowtideError) || !reason.retryable) throw reason;
        error = reason;
      }
      if (clock.now() > deadlineMs) throw error;
      await clock.sleep(RETRY_MS, signal);
    }
  };
}

function missing(topic: string): RowtideError {
  return new RowtideError(
    'SINK_REFUSED',
    `topic ${topic}, for checkpoints, does not exist, and createTopics is false`,
    {
      hint: `Create it with one partition and cleanup.policy=compact: kafka-topics.sh --create --topic ${topic} --partitions 1 --config cleanup.policy=compact`,
    },
  );
}

function leaderless(topic: string, afterMs: number): RowtideError {
  return new RowtideError('SINK_UNREACHABLE', `topic ${topic} was created but has no leader after ${afterMs} ms`, {
    retryable: true,
  });
}

function forgetful(topic: string, policy: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `topic ${topic} holds checkpoints, and its cleanup.policy is ${policy}`, {
    hint: 'Set it to compact: else the broker drops the checkpoint when it is old, and the pipeline begins anew.',
  });
}

function unreadable(topic: string, offset: bigint): RowtideError {
  return new RowtideError('SINK_UNREACHABLE', `topic ${topic}: the broker gives nothing from offset ${offset} on`, {
    retryable: true,
  });
}
