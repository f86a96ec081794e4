import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeFormat, formatChecksumBytes } from '../binlog/format-description.js';
import { decodeGtidList } from '../binlog/gtid-list.js';
import { withPlainHeader } from '../binlog/header.js';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import { FORMAT_DESCRIPTION_EVENT, GTID_LIST_EVENT, PREVIOUS_GTIDS_LOG_EVENT } from '../binlog/types.js';
import { RowtideError } from '../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../core/event.js';
import type { FileHead, FilesOfLog, TransactionBegin } from '../inspect/search/place.js';
import { BeginFinder } from '../inspect/search/transaction-begins.js';
import { FIRST_OFFSET, rawEvent } from './events.js';
import { checkMagic, encrypted } from './magic.js';

/** Enough for the head of a file whose GTIDs are few. */
const HEAD_BYTES = 512;
/** A header, and the event that most often follows it. */
const HOP_BYTES = 128;
/** After so many hops, fewer and larger reads are cheaper than few bytes. */
const HOPS_MAX = 2000;
const BLOCK_BYTES = 64 * 1024;

export interface FilePlaces extends FilesOfLog {
  /** What was read so far. */
  readonly bytesRead: number;
}

/**
 * Places in the files of a log, which are read by hops: of a file that is not the right one its first two events, of the
 * right one a header, or a GTID, for each transaction.
 */
export function filePlaces(paths: readonly string[]): FilePlaces {
  let bytesRead = 0;
  const open = (index: number): HoppingFile => new HoppingFile(paths[index]!, (bytes) => (bytesRead += bytes));
  return {
    count: paths.length,
    get bytesRead() {
      return bytesRead;
    },
    async head(index) {
      using file = open(index);
      return file.head();
    },
    *begins(index) {
      using file = open(index);
      yield* file.begins();
    },
  };
}
