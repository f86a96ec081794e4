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
  /** What MySQL says beside that; MariaDB has none of it. */
  readonly facts?: MysqlGtidFacts;
  /** MariaDB's is a BEGIN, too, unless its one statement stands alone. */
  readonly begins?: boolean;
  /** MariaDB's START ALTER and ROLLBACK ALTER: the statement changes nothing; that of its COMMIT ALTER does. */
  readonly isUnfinishedAlter?: boolean;
  /** MariaDB: what begins will be prepared, and logs no XA START. */
  readonly beginsXa?: boolean;
  /** Newer MariaDBs say it here. */
  readonly threadId?: number | null;
}

export interface MysqlGtidFacts {
  /** Bit 0: there may be logged statements in it. */
  readonly flags: number;
  /** The event has a logical clock: MySQL 5.7 and later. */
  readonly hasClock: boolean;
  /** On the server where the transaction was executed first; the immediate one's, unless it was another server. */
  readonly originalCommitUs: number;
  /** 80015 is 8.0.15; null where nothing is said. */
  readonly immediateServerVersion: number | null;
  readonly originalServerVersion: number | null;
}

/**
 *   flags u8, uuid 16 bytes, gno i64 [, type u8 = 2, last_committed i64, sequence_number i64
 *   [, immediate_commit u56, bit 55: original_commit u56 follows; transaction_length lenenc; server versions u32 …]]
 */
export function decodeGtid(event: RawEvent, anonymous: boolean): GtidEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const flags = r.u8();
  const uuid = formatUuid(r.slice(16));
  const sequence = r.i64();
  const gtid = anonymous ? null : { uuid, tag: '', sequence };
  const before8 = { gtid, immediateCommitUs: null, transactionBytes: 0 };
  const facts = { flags, originalCommitUs: 0, immediateServerVersion: null, originalServerVersion: null };
  if (r.left === 0 || r.u8() !== LOGICAL_CLOCK) {
    return { ...before8, lastCommitted: 0, sequenceNumber: 0, facts: { ...facts, hasClock: false } };
  }
  const lastCommitted = Number(r.i64());
  const sequenceNumber = Number(r.i64());
  if (r.left < COMMIT_TIME_BYTES)
    return { ...before8, lastCommitted, sequenceNumber, facts: { ...facts, hasClock: true } };
  const immediate = r.u56();
  const immediateCommitUs = immediate % ORIGINAL_FOLLOWS;
  const originalCommitUs = immediate >= ORIGINAL_FOLLOWS ? r.u56() : immediateCommitUs;
  const transactionBytes = r.left > 0 ? r.lengthEncoded() : 0;
  return {
    gtid,
    lastCommitted,
    sequenceNumber,
    immediateCommitUs,
    transactionBytes,
    facts: { flags, hasClock: true, originalCommitUs, ...readVersions(r) },
  };
}

/** immediate version u32, bit 31: the original version u32 follows */
function readVersions(r: ByteReader): Pick<MysqlGtidFacts, 'immediateServerVersion' | 'originalServerVersion'> {
  if (r.left < 4) return { immediateServerVersion: null, originalServerVersion: null };
  const version = r.u32();
  const immediateServerVersion = version % ORIGINAL_VERSION_FOLLOWS;
  const originalServerVersion = version >= ORIGINAL_VERSION_FOLLOWS ? r.u32() : immediateServerVersion;
  return { immediateServerVersion, originalServerVersion };
}

const ORIGINAL_VERSION_FOLLOWS = 2 ** 31;
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
  immediateVersion: 9,
  originalVersion: 10,
} as const;

/**
 * MySQL's serialization library: version, size, id of the last field that must be understood, then (id, value) pairs.
 * All numbers are varints; signed ones have the sign in the lowest bit.
 */
export function decodeGtidTagged(event: RawEvent): GtidEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const version = varint(r);
  if (version !== 1n) throw malformed(`GTID_TAGGED has the serialization version ${version}`);
  varint(r); // size
  varint(r); // last field that must be understood
  let uuid = '';
  let tag = '';
  const fields = new Map<number, bigint>();
  while (r.left > 0) {
    const field = Number(varint(r));
    if (field === FIELD.uuid) uuid = formatUuid(Buffer.from(Array.from({ length: 16 }, () => Number(varint(r)))));
    else if (field === FIELD.tag) tag = r.utf8(Number(varint(r)));
    else if (field <= FIELD.originalVersion) fields.set(field, varint(r));
    else break;
  }
  const sequence = signed(fields.get(FIELD.gno) ?? 0n);
  if (uuid === '' || sequence < 1n) throw malformed('GTID_TAGGED has no GTID');
  return { gtid: { uuid, tag, sequence }, ...factsOf(fields) };
}

function factsOf(fields: ReadonlyMap<number, bigint>): Omit<GtidEvent, 'gtid'> {
  const number = (field: number): number | null => (fields.has(field) ? Number(fields.get(field)) : null);
  const clock = (field: number): number => Number(signed(fields.get(field) ?? 0n));
  const immediateCommitUs = number(FIELD.immediateCommit);
  const immediateServerVersion = number(FIELD.immediateVersion);
  return {
    lastCommitted: clock(FIELD.lastCommitted),
    sequenceNumber: clock(FIELD.sequenceNumber),
    immediateCommitUs,
    transactionBytes: number(FIELD.transactionLength) ?? 0,
    facts: {
      flags: number(FIELD.flags) ?? 0,
      hasClock: true,
      originalCommitUs: number(FIELD.originalCommit) ?? immediateCommitUs ?? 0,
      immediateServerVersion,
      originalServerVersion: number(FIELD.originalVersion) ?? immediateServerVersion,
    },
  };
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
