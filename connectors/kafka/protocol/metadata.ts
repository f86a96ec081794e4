import type { Api } from './api.js';
import type { Reader } from './reader.js';

export interface BrokerAddress {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicMetadata {
  readonly errorCode: number;
  readonly name: string;
  /** 32 hex digits; all zero on brokers that have no topic ids. */
  readonly id: string;
  readonly partitions: readonly PartitionMetadata[];
}

export interface PartitionMetadata {
  readonly errorCode: number;
  readonly index: number;
  /** −1 while there is none. */
  readonly leader: number;
}

export interface MetadataResponse {
  readonly brokers: readonly BrokerAddress[];
  readonly clusterId: string | null;
  readonly topics: readonly TopicMetadata[];
}

const ANY_ID = '0'.repeat(32);

/**
 * ```
 * Request  => topics:C[topic_id:UUID name:C_NULLABLE_STRING TAGS] allow_auto_topic_creation:BOOL
 *             include_cluster_authorized_operations:BOOL include_topic_authorized_operations:BOOL TAGS
 * Response => throttle_time_ms:INT32
 *             brokers:C[node_id:INT32 host:C_STRING port:INT32 rack:C_NULLABLE_STRING TAGS]
 *             cluster_id:C_NULLABLE_STRING controller_id:INT32
 *             topics:C[error_code:INT16 name:C_STRING topic_id:UUID is_internal:BOOL partitions:C[…]
 *                      topic_authorized_operations:INT32 TAGS]
 *             cluster_authorized_operations:INT32 TAGS
 * ```
 * It never creates a topic: that is done on purpose, by the administrator's interface, or not at all.
 */
export const metadata: Api<{ topics: readonly string[] }, MetadataResponse> = {
  name: 'Metadata',
  key: 3,
  version: 10,
  flexible: true,
  write(w, { topics }) {
    w.compactArray(topics, (_, name) => w.uuid(ANY_ID).compactNullableString(name).noTags());
    w.boolean(false).boolean(false).boolean(false).noTags();
  },
  read(r) {
    r.i32();
    const brokers = r.compactArray(readBroker);
    const clusterId = r.compactNullableString();
    r.i32();
    const topics = r.compactArray(readTopic);
    return { brokers, clusterId, topics };
  },
};

function readBroker(r: Reader): BrokerAddress {
  const broker = { id: r.i32(), host: r.compactString(), port: r.i32() };
  r.compactNullableString();
  r.skipTags();
  return broker;
}

function readTopic(r: Reader): TopicMetadata {
  const errorCode = r.i16();
  const name = r.compactString();
  const id = r.uuid();
  r.boolean();
  const partitions = r.compactArray(readPartition);
  r.i32();
  r.skipTags();
  return { errorCode, name, id, partitions };
}

/**
 * ```
 * partition => error_code:INT16 partition_index:INT32 leader_id:INT32 leader_epoch:INT32 replica_nodes:C[INT32]
 *              isr_nodes:C[INT32] offline_replicas:C[INT32] TAGS
 * ```
 */
function readPartition(r: Reader): PartitionMetadata {
  const partition = { errorCode: r.i16(), index: r.i32(), leader: r.i32() };
  r.i32();
  for (let list = 0; list < 3; list++) r.compactArray(() => r.i32());
  r.skipTags();
  return partition;
}
