import { malformed } from '../core/errors.js';
import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { AnyGtid } from '../core/gtid.js';
import { ByteReader } from './bytes.js';

/** What opens a transaction, from GTID, ANONYMOUS_GTID, GTID_TAGGED, or MariaDB's GTID. */
export interface GtidEvent {
  /** Null for ANONYMOUS_GTID. */
  readonly gtid: AnyGtid | null;
  readonly lastCommitted: number;
  readonly sequenceNumber: number;
  /** Microseconds since the epoch; null before MySQL 8.0. */
  readonly immediateCommitUs: number | null;
  /** Bytes of the transaction's events as logged, this one included; 0 before MySQL 8.0. */
  readonly transactionBytes: number;
  /** MariaDB's is a BEGIN, too, unless its one statement stands alone. */
  readonly begins?: boolean;
  /** MariaDB's START ALTER and ROLLBACK ALTER: the statement changes nothing; that of its COMMIT ALTER does. */
  readonly isUnfinishedAlter?: boolean;
  /** MariaDB: what begins will be prepared, and logs no XA START. */
  readonly beginsXa?: boolean;
}

/**
 *   flags u8, uuid 16 bytes, gno i64 [, type u8 = 2, last_committed i64, sequence_number i64
 *   [, immediate_commit u56, bit 55: original_commit u56 follows; transaction_length lenenc; server versions u32 …]]
 */
export function decodeGtid(event: RawEvent, anonymous: boolean): GtidEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  r.skip(1);
  const uuid = formatUuid(r.slice(16));
  const sequence = r.i64();
  const gtid = anonymous ? null : { uuid, tag: '', sequence };
  if (r.left === 0 || r.u8() !== LOGICAL_CLOCK) {
    return { gtid, lastCommitted: 0, sequenceNumber: 0, immediateCommitUs: null, transactionBytes: 0 };
  }
  const lastCommitted = Number(r.i64());
  const sequenceNumber = Number(r.i64());
  if (r.left < COMMIT_TIME_BYTES)
    return { gtid, lastCommitted, sequenceNumber, immediateCommitUs: null, transactionBytes: 0 };
  const immediate = r.u56();
  if (immediate >= ORIGINAL_FOLLOWS) r.skip(COMMIT_TIME_BYTES);
  const transactionBytes = r.left > 0 ? r.lengthEncoded() : 0;
  return { gtid, lastCommitted, sequenceNumber, immediateCommitUs: immediate % ORIGINAL_FOLLOWS, transactionBytes };
}

const LOGICAL_CLOCK = 2;
const COMMIT_TIME_BYTES = 7;
const ORIGINAL_FOLLOWS = 2 ** 55;

/** Fields of GTID_TAGGED by their id. */
const FIELD = {
  flags: 0,
  uuid: 1,
  gno: 2,
  tag: 3,
  lastCommitted: 4,
  sequenceNumber: 5,
  immediateCommit: 6,
  originalCommit: 7,
  transactionLength: 8,
} as const;

/**
 * MySQL's serialization library: version, size, id of the last field that must be understood, then (id, value) pairs.
 * All numbers are varints; signed ones have the sign in the lowest bit. We need the fields up to transaction_length, and
 * those come first.
 */
export function decodeGtidTagged(event: RawEvent): GtidEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const version = varint(r);
  if (version !== 1n) throw malformed(`GTID_TAGGED has the serialization version ${version}`);
  varint(r); // size
  varint(r); // last field that must be understood
  let uuid = '';
  let tag = '';
  let sequence = 0n;
  let lastCommitted = 0;
  let sequenceNumber = 0;
  let immediateCommitUs: number | null = null;
  let transactionBytes = 0;
  while (r.left > 0) {
    const field = Number(varint(r));
    if (field === FIELD.flags) varint(r);
    else if (field === FIELD.uuid) uuid = formatUuid(Buffer.from(Array.from({ length: 16 }, () => Number(varint(r)))));
    else if (field === FIELD.gno) sequence = signed(varint(r));
    else if (field === FIELD.tag) tag = r.utf8(Number(varint(r)));
    else if (field === FIELD.lastCommitted) lastCommitted = Number(signed(varint(r)));
    else if (field === FIELD.sequenceNumber) sequenceNumber = Number(signed(varint(r)));
    else if (field === FIELD.immediateCommit) immediateCommitUs = Number(varint(r));
    else if (field === FIELD.originalCommit) varint(r);
    else if (field === FIELD.transactionLength) transactionBytes = Number(varint(r));
    else break;
  }
  if (uuid === '' || sequence < 1n) throw malformed('GTID_TAGGED has no GTID');
  return { gtid: { uuid, tag, sequence }, lastCommitted, sequenceNumber, immediateCommitUs, transactionBytes };
}

/** Trailing 1 bits of the first byte say how many bytes follow it (at most 8); the value is what lies above them. */
function varint(r: ByteReader): bigint {
  const first = r.u8();
  let more = 0;
  while (more < 8 && (first & (1 << more)) !== 0) more++;
  let value = more === 8 ? 0n : BigInt(first >> (more + 1));
  const bits = more === 8 ? 0 : 7 - more;
  for (let i = 0; i < more; i++) value |= BigInt(r.u8()) << BigInt(bits + 8 * i);
  return value;
}

function signed(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -((value >> 1n) + 1n);
}

/** 16 bytes to 8-4-4-4-12 lower case hex. */
export function formatUuid(bytes: Buffer): string {
  const hex = bytes.hexSlice(0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
