import { type ErrorCode, RowtideError } from 'rowtide';
import { errorName } from './error-names.js';

/** What to do about an error code of the broker. */
export type Remedy =
  /** The same bytes again; `metadata`: after asking who leads now. `appended`: the leader may have the batch already. */
  | { readonly kind: 'retry'; readonly name: string; readonly metadata: boolean; readonly appended: boolean }
  /** Only a new producer helps, which a sink that is opened again makes. */
  | { readonly kind: 'reopen'; readonly name: string; readonly says: string }
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

type Entry = readonly [errorCode: number, remedy: Remedy];

function retry(errorCode: number, options: { metadata?: boolean; appended?: boolean } = {}): Entry {
  const { metadata = false, appended = false } = options;
  return [errorCode, { kind: 'retry', name: errorName(errorCode), metadata, appended }];
}

function reopen(errorCode: number, says: string): Entry {
  return [errorCode, { kind: 'reopen', name: errorName(errorCode), says }];
}

function fatal(errorCode: number, code: ErrorCode, [says, hint]: readonly [says: string, hint: string]): Entry {
  return [errorCode, { kind: 'fatal', name: errorName(errorCode), code, says, hint }];
}

const LEADER = { metadata: true };
const ONE_WRITER = 'Only one pipeline may write at a time; stop the other one, or give it another name.';

/** All that trying again helps with, and all that there is more to say about than its name. */
const REMEDIES: ReadonlyMap<number, Remedy> = new Map<number, Remedy>([
  // The broker stumbled, and may have done what it was asked for. A coordinator does so that is about to fence us.
  retry(-1, { metadata: true, appended: true }),
  // Bytes were damaged on the way: the broker checked them before it appended anything.
  retry(2),
  retry(3, LEADER),
  retry(5, LEADER),
  retry(6, LEADER),
  retry(7, { appended: true }),
  retry(8, LEADER),
  retry(9, LEADER),
  retry(13, { metadata: true, appended: true }),
  retry(14),
  retry(15, LEADER),
  retry(16, LEADER),
  retry(19),
  retry(20, { appended: true }),
  retry(41, LEADER),
  // The markers of the transaction before are still being written.
  retry(51),
  retry(56, { metadata: true, appended: true }),
  retry(72, LEADER),
  retry(74, LEADER),
  retry(75, LEADER),
  retry(78, LEADER),
  retry(89),
  retry(100, LEADER),
  retry(103, LEADER),
  [46, { kind: 'written', name: errorName(46) }],
  [45, { kind: 'gap', name: errorName(45) }],
  reopen(49, 'the coordinator has forgotten the transactional id (transactional.id.expiration.ms)'),
  reopen(52, 'the coordinator of the transaction was replaced'),
  reopen(120, 'the transaction has to be begun anew'),
  fatal(10, 'RECORD_TOO_LARGE', [
    'the batch is larger than the topic takes',
    "Raise the topic's max.message.bytes (and the broker's message.max.bytes), or lower the sink's batchBytesMax.",
  ]),
  fatal(17, 'SINK_REFUSED', ['the topic name is not valid or is internal', "Change the sink's topic template."]),
  fatal(18, 'RECORD_TOO_LARGE', [
    "the batch is larger than the broker's segment size",
    "Raise the topic's segment.bytes, or lower the sink's batchBytesMax.",
  ]),
  fatal(29, 'SINK_REFUSED', [
    'the client may not write to the topic',
    'Grant WRITE and DESCRIBE on the topic to this client (CREATE and DESCRIBE_CONFIGS too, for createTopics).',
  ]),
  fatal(31, 'SINK_REFUSED', [
    'the client may not write idempotently to this cluster',
    'Grant IDEMPOTENT_WRITE on the cluster to this client.',
  ]),
  fatal(32, 'SINK_REFUSED', [
    "the records' time is too far from the broker's clock",
    "Set this machine's clock, or the topic's message.timestamp.after.max.ms.",
  ]),
  fatal(33, 'SINK_REFUSED', ['the broker takes other SASL mechanisms only', 'Set sasl.mechanism to one of those.']),
  fatal(34, 'SINK_REFUSED', [
    'the listener wants no login',
    'Leave out the option sasl, or give the port of a SASL listener.',
  ]),
  fatal(35, 'SINK_REFUSED', [
    'the broker does not speak this version of the request',
    'Apache Kafka 2.8 or newer is needed.',
  ]),
  fatal(38, 'SINK_REFUSED', [
    'the cluster has fewer brokers than replicas were asked for',
    'Lower createTopics.replicationFactor.',
  ]),
  fatal(43, 'SINK_REFUSED', [
    "the topic's message format is older than record batches",
    "Raise the topic's message.format.version.",
  ]),
  fatal(47, 'SINK_FENCED', ['a newer producer with the same identity has taken over', ONE_WRITER]),
  // What a fenced producer is told whose next request is the end of its transaction.
  fatal(48, 'SINK_FENCED', ['somebody else has ended the transaction that we are in', ONE_WRITER]),
  fatal(50, 'SINK_REFUSED', [
    'the broker allows no transactions of that length',
    "Lower transactionTimeoutMs, or raise the broker's transaction.max.timeout.ms.",
  ]),
  fatal(53, 'SINK_REFUSED', [
    'the client may not use this transactional id',
    'Grant WRITE on the transactional id to this client.',
  ]),
  fatal(58, 'SINK_REFUSED', [
    'the login is wrong or has expired',
    'Check the credentials under sasl; the broker keeps its own reasons in its log.',
  ]),
  fatal(59, 'SINK_REFUSED', [
    'the broker has forgotten this producer although it still wrote',
    "Raise the broker's producer.id.expiration.ms and check that the topic was not truncated.",
  ]),
  fatal(65, 'SINK_REFUSED', ['the delegation token may not be used', 'Give another login under sasl.']),
  fatal(66, 'SINK_REFUSED', ['the delegation token has expired', 'Renew it, or give another login under sasl.']),
  fatal(76, 'SINK_REFUSED', ['it does not know the compression of the batch', 'Choose another compression.']),
  fatal(87, 'SINK_REFUSED', [
    'the broker checks records and found one that it does not accept',
    'A compacted topic refuses records without a key: exclude tables that have no primary key, or do not compact.',
  ]),
  fatal(90, 'SINK_FENCED', ['a newer producer with the same identity took over', ONE_WRITER]),
]);

export function remedy(errorCode: number): Remedy {
  return (
    REMEDIES.get(errorCode) ??
    fatal(errorCode, 'SINK_REFUSED', [
      'it gave an error that we do not know how to survive',
      "Look it up in Kafka's protocol guide and in the broker's log.",
    ])[1]
  );
}

/** For requests that are not about batches: what the broker's error means to a person. */
export function refusal(errorCode: number, what: string): RowtideError {
  const known = remedy(errorCode);
  if (known.kind === 'fatal') {
    return new RowtideError(known.code, `${what}: ${known.says} (${known.name})`, { hint: known.hint });
  }
  const cause = known.kind === 'reopen' ? `${known.says} (${known.name})` : `the broker answered ${known.name}`;
  return new RowtideError('SINK_UNREACHABLE', `${what}: ${cause}`, { retryable: true });
}
