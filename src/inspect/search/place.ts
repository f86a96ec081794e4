import { type AnyGtid, type GtidSet, isMariaGtid } from '../../core/gtid.js';
import { type MariaGtid, sameMariaGtid } from '../../core/maria-gtid.js';

/** What is looked for in a log: a moment, in µs since the epoch, or the first of some GTIDs. */
export type Target =
  | { readonly kind: 'time'; readonly timeUs: number }
  | { readonly kind: 'gtids'; readonly gtids: GtidSet }
  | { readonly kind: 'mariadb-gtids'; readonly gtids: readonly MariaGtid[] };

/** What the begin of a log file says. */
export interface FileHead {
  /** When the file was begun, in seconds since the epoch. */
  readonly beganAt: number;
  /** What was logged before it, as PREVIOUS_GTIDS or GTID_LIST has it; null where it has neither. */
  readonly before: GtidSet | readonly MariaGtid[] | null;
}

/** Where a transaction begins. */
export interface TransactionBegin {
  readonly offset: number;
  readonly gtid: AnyGtid | null;
  /** In µs since the epoch. */
  readonly committedAtUs: number;
  /** 1, or 1,000,000 where the log has whole seconds only. */
  readonly resolutionUs: number;
}

/** A log in several files, of which little is read. */
export interface FilesOfLog {
  readonly count: number;
  head(index: number): Promise<FileHead>;
  /** The transactions of a file, in log order; whoever has found one reads no further. */
  begins(index: number): AsyncIterable<TransactionBegin> | Iterable<TransactionBegin>;
}

export interface Place extends TransactionBegin {
  /** Of the file. */
  readonly index: number;
}

/**
 * The first transaction that was committed at a time or later, or that is one of the GTIDs; null if there is none.
 *
 * The file is found by binary search: times at which files were begun rise, and sets of what was logged before them grow.
 * What was committed while a file was closed may stand in the next one. `purged`: the GTIDs were logged before the first
 * file.
 */
export async function findPlace(files: FilesOfLog, target: Target): Promise<Place | 'purged' | null> {
  const isBehind = async (index: number): Promise<boolean> => liesBehind(await files.head(index), target);
  // The first file that begins behind the target; the target stands in the one before it.
  let [low, high] = [0, files.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isBehind(middle)) high = middle;
    else low = middle + 1;
  }
  if (low === 0 && target.kind !== 'time') return files.count === 0 ? null : 'purged';
  for (let index = Math.max(low - 1, 0); index < files.count; index++) {
    for await (const begin of files.begins(index)) if (isAt(begin, target)) return { ...begin, index };
    // Its GTIDs are in that one file or nowhere.
    if (target.kind !== 'time') return null;
  }
  return null;
}

function liesBehind({ beganAt, before }: FileHead, target: Target): boolean {
  switch (target.kind) {
    case 'time':
      return beganAt * 1_000_000 > target.timeUs;
    case 'gtids': {
      const { gtids } = target;
      return before !== null && !isList(before) && !gtids.minus(before).equals(gtids);
    }
    case 'mariadb-gtids':
      return (
        before !== null && isList(before) && target.gtids.some((gtid) => before.some((last) => reaches(last, gtid)))
      );
  }
}

function isList(before: GtidSet | readonly MariaGtid[]): before is readonly MariaGtid[] {
  return Array.isArray(before);
}

/** GTID_LIST has the last of each server in each domain, and one server's numbers rise. */
function reaches(last: MariaGtid, gtid: MariaGtid): boolean {
  return last.domain === gtid.domain && last.server === gtid.server && last.sequence >= gtid.sequence;
}

function isAt({ gtid, committedAtUs, resolutionUs }: TransactionBegin, target: Target): boolean {
  switch (target.kind) {
    case 'time':
      return committedAtUs + resolutionUs > target.timeUs;
    case 'gtids':
      return gtid !== null && !isMariaGtid(gtid) && target.gtids.has(gtid);
    case 'mariadb-gtids':
      return gtid !== null && isMariaGtid(gtid) && target.gtids.some((each) => sameMariaGtid(each, gtid));
  }
}
