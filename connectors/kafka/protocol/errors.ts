import { type ErrorCode, RowtideError } from 'rowtide';

/** What to do about an error code of the broker. */
export type Remedy =
  /** The same bytes again; `metadata`: after asking who leads now. `appended`: the leader may have the batch already. */
  | { readonly kind: 'retry'; readonly name: string; readonly metadata: boolean; readonly appended: boolean }
  /** The batch is in the log. */
  | { readonly kind: 'written'; readonly name: string }
  /** A batch before this one is missing: which one, and why, only the partition's queue knows. */
  | { readonly kind: 'gap'; readonly name: string }
  | {
      readonly kind: 'fatal';
      readonly name: string;
      readonly code: ErrorCode;
      readonly says: string;
      readonly hint: string;
    };

function retry(name: string, options: { metadata?: boolean; appended?: boolean } = {}): Remedy {
  return { kind: 'retry', name, metadata: options.metadata ?? false, appended: options.appended ?? false };
}

function fatal(name: string, code: ErrorCode, [says, hint]: readonly [says: string, hint: string]): Remedy {
  return { kind: 'fatal', name, code, says, hint };
}

const LEADER = { metadata: true };

const REMEDIES: ReadonlyMap<number, Remedy> = new Map([
  // Bytes were damaged on the way: the broker checked them before it appended anything.
  [2, retry('CORRUPT_MESSAGE')],
  [3, retry('UNKNOWN_TOPIC_OR_PARTITION', LEADER)],
  [5, retry('LEADER_NOT_AVAILABLE', LEADER)],
  [6, retry('NOT_LEADER_OR_FOLLOWER', LEADER)],
  [7, retry('REQUEST_TIMED_OUT', { appended: true })],
  [8, retry('BROKER_NOT_AVAILABLE', LEADER)],
  [9, retry('REPLICA_NOT_AVAILABLE', LEADER)],
  [13, retry('NETWORK_EXCEPTION', { metadata: true, appended: true })],
  [14, retry('COORDINATOR_LOAD_IN_PROGRESS')],
  [15, retry('COORDINATOR_NOT_AVAILABLE')],
  [16, retry('NOT_COORDINATOR', LEADER)],
  [19, retry('NOT_ENOUGH_REPLICAS')],
  [20, retry('NOT_ENOUGH_REPLICAS_AFTER_APPEND', { appended: true })],
  [56, retry('KAFKA_STORAGE_ERROR', { metadata: true, appended: true })],
  [74, retry('FENCED_LEADER_EPOCH', LEADER)],
  [75, retry('UNKNOWN_LEADER_EPOCH', LEADER)],
  [46, { kind: 'written', name: 'DUPLICATE_SEQUENCE_NUMBER' }],
  [45, { kind: 'gap', name: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }],
  [
    10,
    fatal('MESSAGE_TOO_LARGE', 'RECORD_TOO_LARGE', [
      'the batch is larger than the topic takes',
      "Raise the topic's max.message.bytes (and the broker's message.max.bytes), or lower the sink's batchBytesMax.",
    ]),
  ],
  [
    17,
    fatal('INVALID_TOPIC_EXCEPTION', 'SINK_REFUSED', [
      'the topic name is not valid or is internal',
      "Change the sink's topic template.",
    ]),
  ],
  [
    18,
    fatal('RECORD_LIST_TOO_LARGE', 'RECORD_TOO_LARGE', [
      "the batch is larger than the broker's segment size",
      "Raise the topic's segment.bytes, or lower the sink's batchBytesMax.",
    ]),
  ],
  [
    29,
    fatal('TOPIC_AUTHORIZATION_FAILED', 'SINK_REFUSED', [
      'the client may not write to the topic',
      'Grant WRITE and DESCRIBE on the topic to this client (CREATE and DESCRIBE_CONFIGS too, for createTopics).',
    ]),
  ],
  [
    31,
    fatal('CLUSTER_AUTHORIZATION_FAILED', 'SINK_REFUSED', [
      'the client may not write idempotently to this cluster',
      'Grant IDEMPOTENT_WRITE on the cluster to this client.',
    ]),
  ],
  [
    32,
    fatal('INVALID_TIMESTAMP', 'SINK_REFUSED', [
      "the records' time is too far from the broker's clock",
      "Set this machine's clock, or the topic's message.timestamp.after.max.ms.",
    ]),
  ],
  [
    33,
    fatal('UNSUPPORTED_SASL_MECHANISM', 'SINK_REFUSED', [
      'the broker wants SASL with another mechanism',
      'Use a listener without SASL.',
    ]),
  ],
  [
    35,
    fatal('UNSUPPORTED_VERSION', 'SINK_REFUSED', [
      'the broker does not speak this version of the request',
      'Apache Kafka 2.8 or newer is needed.',
    ]),
  ],
  [
    38,
    fatal('INVALID_REPLICATION_FACTOR', 'SINK_REFUSED', [
      'the cluster has fewer brokers than replicas were asked for',
      'Lower createTopics.replicationFactor.',
    ]),
  ],
  [
    43,
    fatal('UNSUPPORTED_FOR_MESSAGE_FORMAT', 'SINK_REFUSED', [
      "the topic's message format is older than record batches",
      "Raise the topic's message.format.version.",
    ]),
  ],
  [
    47,
    fatal('INVALID_PRODUCER_EPOCH', 'SINK_FENCED', [
      'a newer producer with the same identity has written to the partition',
      'Only one pipeline may write at a time; stop the other one.',
    ]),
  ],
  [
    53,
    fatal('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'SINK_REFUSED', [
      'the client may not use this transactional id',
      'Grant WRITE on the transactional id to this client.',
    ]),
  ],
  [
    59,
    fatal('UNKNOWN_PRODUCER_ID', 'SINK_REFUSED', [
      'the broker has forgotten this producer although it still wrote',
      "Raise the broker's producer.id.expiration.ms and check that the topic was not truncated.",
    ]),
  ],
  [
    87,
    fatal('INVALID_RECORD', 'SINK_REFUSED', [
      'the broker checks records and found one that it does not accept',
      'A compacted topic refuses records without a key: exclude tables that have no primary key, or do not compact.',
    ]),
  ],
  [
    90,
    fatal('PRODUCER_FENCED', 'SINK_FENCED', [
      'a newer producer with the same identity took over',
      'Only one pipeline may write at a time; stop the other one.',
    ]),
  ],
]);

export function remedy(errorCode: number): Remedy {
  return (
    REMEDIES.get(errorCode) ??
    fatal(`error code ${errorCode}`, 'SINK_REFUSED', [
      'it gave an error that we do not know how to survive',
      "Look the code up in Kafka's protocol guide and in the broker's log.",
    ])
  );
}

/** For requests that are not about batches: what the broker's error means to a person. */
export function refusal(errorCode: number, what: string): RowtideError {
  const known = remedy(errorCode);
  if (known.kind === 'fatal') {
    return new RowtideError(known.code, `${what}: ${known.says} (${known.name})`, { hint: known.hint });
  }
  return new RowtideError('SINK_UNREACHABLE', `${what}: the broker answered ${known.name}`, { retryable: true });
}
