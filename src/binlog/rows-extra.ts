import { malformed } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import { ByteReader } from './bytes.js';
import * as type from './types.js';

/** What a row event of version 2 says beside its rows. */
export interface RowsExtra {
  /** NDB Cluster's own facts, of a form that its first byte tells. */
  readonly ndb: Buffer | null;
  /** Which partition of the table the rows are in. */
  readonly partition: number | null;
  /** Of an UPDATE: which partition they were in before. */
  readonly sourcePartition: number | null;
}

const ITEM = { ndb: 0, partition: 1 } as const;

/**
 *   0: length u8 (counts itself and the format), format u8, data
 *   1: partition u16, for UPDATE also the partition of the before image u16
 */
export function decodeRowsExtra(event: RawEvent, format: FormatDescription): RowsExtra {
  const body = new ByteReader(event.bytes, HEADER_BYTES);
  const r = new ByteReader(skipRowsHeader(body, event.type, format));
  let ndb: Buffer | null = null;
  let partition: number | null = null;
  let sourcePartition: number | null = null;
  while (r.left > 0) {
    const item = r.u8();
    if (item === ITEM.ndb) ndb = r.slice(r.u8() - 1);
    else if (item === ITEM.partition) {
      partition = r.u16();
      if (event.type === type.UPDATE_ROWS_EVENT || event.type === type.PARTIAL_UPDATE_ROWS_EVENT)
        sourcePartition = r.u16();
    } else throw malformed(`a row event has extra information of the type ${item}, which is not known`);
  }
  return { ndb, partition, sourcePartition };
}

const NOTHING = Buffer.alloc(0);

/** Moves behind the fixed part of a row event and the extra information after it, which is returned. */
export function skipRowsHeader(r: ByteReader, eventType: number, format: FormatDescription): Buffer {
  const postHeaderBytes = format.postHeaderBytes(eventType);
  r.skip(postHeaderBytes === 6 ? 4 : 6);
  r.skip(2); // flags
  const extraBytes = hasExtra(eventType) ? r.u16() - 2 : 0;
  r.at = HEADER_BYTES + postHeaderBytes;
  return extraBytes === 0 ? NOTHING : r.slice(extraBytes);
}

function hasExtra(eventType: number): boolean {
  switch (eventType) {
    case type.WRITE_ROWS_EVENT:
    case type.UPDATE_ROWS_EVENT:
    case type.DELETE_ROWS_EVENT:
    case type.PARTIAL_UPDATE_ROWS_EVENT:
    case type.WRITE_ROWS_COMPRESSED_EVENT:
    case type.UPDATE_ROWS_COMPRESSED_EVENT:
    case type.DELETE_ROWS_COMPRESSED_EVENT:
      return true;
    default:
      return false;
  }
}
