import { HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { MariaGtid } from '../core/maria-gtid.js';
import type { ParallelHints } from '../core/transaction.js';
import { ByteReader } from './bytes.js';
import type { GtidEvent } from './gtid.js';
import { formatXid } from './xa-prepare.js';

/** What opens a transaction on MariaDB, and says what kind of transaction it is. */
export interface MariaGtidEvent extends GtidEvent, ParallelHints {
  readonly gtid: MariaGtid;
  /** Which step of an ALTER TABLE in two phases its statement is. */
  readonly alter: 'start' | 'commit' | 'rollback' | null;
  /** Of XA PREPARE, and of the XA COMMIT or XA ROLLBACK that completes it. */
  readonly xid: string | null;
  /** How many engines took part beside the first one; 255 for what the server does not know. */
  readonly extraEngines: number | null;
  /** COMMIT ALTER and ROLLBACK ALTER: the sequence of their START ALTER. */
  readonly startedBy: bigint | null;
  readonly threadId: number | null;
}

export function isMariaGtidEvent(event: GtidEvent): event is MariaGtidEvent {
  return 'commitId' in event;
}

/**
 *   sequence u64, domain u32, flags u8
 *   [GROUP_COMMIT_ID: commit id u64] [PREPARED_XA, COMPLETED_XA: format u32, gtrid length u8, bqual length u8, xid]
 *   [extra flags u8 [MULTI_ENGINE: engines u8] [COMMIT_ALTER, ROLLBACK_ALTER: sequence u64] [THREAD_ID: u32]]
 *   zeros up to the length of the post-header
 *
 * The server's id is that of the common header.
 */
export function decodeMariaGtid(event: RawEvent): MariaGtidEvent {
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  const sequence = r.u64();
  const domain = r.u32();
  const flags = r.u8();
  const commitId = (flags & FLAG.groupCommitId) === 0 ? null : r.u64();
  const xid = (flags & (FLAG.preparedXa | FLAG.completedXa)) === 0 ? null : readXid(r);
  const extra = r.left === 0 ? 0 : r.u8();
  const extraEngines = (extra & EXTRA.multiEngine) === 0 ? null : r.u8();
  const startedBy = (extra & (EXTRA.commitAlter | EXTRA.rollbackAlter)) === 0 ? null : r.u64();
  const threadId = (extra & EXTRA.threadId) === 0 ? null : r.u32();
  return {
    gtid: { domain, server: event.serverId, sequence },
    lastCommitted: 0,
    sequenceNumber: 0,
    immediateCommitUs: null,
    transactionBytes: 0,
    begins: (flags & FLAG.standalone) === 0,
    beginsXa: (flags & FLAG.preparedXa) !== 0,
    isUnfinishedAlter: (extra & (EXTRA.startAlter | EXTRA.rollbackAlter)) !== 0,
    commitId,
    isDdl: (flags & FLAG.ddl) !== 0,
    isTransactional: (flags & FLAG.transactional) !== 0,
    waited: (flags & FLAG.waited) !== 0,
    allowsParallel: (flags & FLAG.allowParallel) !== 0,
    alter: alterStep(extra),
    xid,
    extraEngines,
    startedBy,
    threadId,
  };
}

const FLAG = {
  standalone: 1,
  groupCommitId: 2,
  transactional: 4,
  allowParallel: 8,
  waited: 16,
  ddl: 32,
  preparedXa: 64,
  completedXa: 128,
} as const;

const EXTRA = { multiEngine: 1, startAlter: 2, commitAlter: 4, rollbackAlter: 8, threadId: 16 } as const;

function alterStep(extra: number): MariaGtidEvent['alter'] {
  if ((extra & EXTRA.startAlter) !== 0) return 'start';
  if ((extra & EXTRA.commitAlter) !== 0) return 'commit';
  return (extra & EXTRA.rollbackAlter) === 0 ? null : 'rollback';
}

function readXid(r: ByteReader): string {
  const formatId = r.u32() | 0;
  const gtridLength = r.u8();
  const bqualLength = r.u8();
  return formatXid(formatId, r.slice(gtridLength), r.slice(bqualLength));
}
