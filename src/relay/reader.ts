import { setTimeout as sleep } from 'node:timers/promises';
import { Domains } from '../binlog/domains.js';
import { decodeGtidList } from '../binlog/gtid-list.js';
import { decodePreviousGtids } from '../binlog/previous-gtids.js';
import { Resume } from '../binlog/resume.js';
import type { LoggedGtids } from '../binlog/transaction-ends.js';
import {
  FORMAT_DESCRIPTION_EVENT,
  GTID_LIST_EVENT,
  PREVIOUS_GTIDS_LOG_EVENT,
  START_ENCRYPTION_EVENT,
} from '../binlog/types.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { LogBlock, LogPoint, RawEvent } from '../core/event.js';
import { GtidSet } from '../core/gtid.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition, Position } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { FIRST_OFFSET } from '../source/events.js';
import { FileReader } from '../source/file-reader.js';
import { type Input, openInput } from '../source/input.js';
import type { DurableEnd } from './durable-end.js';
import type { RelayFolder, RelaySource } from './folder.js';

/** What readers see of a relay, whoever writes it. */
export interface ReadableRelay {
  readonly folder: RelayFolder;
  readonly end: DurableEnd;
  /** All GTIDs up to the durable end. */
  readonly logged: LoggedGtids;
  /** Resolves once something is there to be read; throws what the relay failed with. */
  source(signal: AbortSignal): Promise<RelaySource>;
}

const EVENT_BYTES_MAX = 2 ** 30;
/** A consumer may have come here from the source itself, and the relay may still be on its way to that place. */
const AHEAD_WAIT_MS = 12_000;

export interface RelayLogOptions {
  readonly stopAtEnd?: boolean;
  /** For readers that need no event of a block any more when they ask for the next one. */
  readonly reusesMemory?: boolean;
}

/**
 * A relay as a log, to be read any number of times at once. It follows the durable end, unless it is told to stop there,
 * and never reads past it. Positions are those of the source, so that consumers may change from one to the other.
 */
export function relayLog(
  relay: ReadableRelay,
  { stopAtEnd = false, reusesMemory = false }: RelayLogOptions = {},
): LogSource {
  return {
    leavesOutExecuted: false,
    reusesMemory,
    identity: async (signal) => {
      const { flavour, id } = await relay.source(signal);
      return { flavour, id };
    },
    head: async (signal) => headOf(relay, await relay.source(signal)),
    tail: async (signal) => tailOf(relay, await relay.source(signal), signal),
    read: (from, signal) => read(relay, { from, stopAtEnd, reusesMemory, signal }),
  };
}

/** The oldest file that a read from there begins with. Throws SOURCE_PURGED where the relay begins behind it. */
export async function firstFileFor(
  relay: Pick<ReadableRelay, 'folder' | 'end'>,
  position: Position,
  signal: AbortSignal,
): Promise<string> {
  return (await startOf(relay, new Resume(position, { leavesOutExecuted: false }).readFrom.log, signal)).file;
}

function headOf({ end, logged }: ReadableRelay, { positions }: RelaySource): LogPosition {
  const { file, offset } = end.point!;
  switch (positions) {
    case 'gtid':
      return { kind: 'gtid', executed: logged instanceof GtidSet ? logged : GtidSet.empty };
    case 'mariadb-gtid':
      return { kind: 'mariadb-gtid', executed: logged instanceof MariaGtids ? logged : MariaGtids.empty };
    case 'file':
      return { kind: 'file', file, offset };
    default:
      return unreachable(positions);
  }
}

async function tailOf(
  { folder }: ReadableRelay,
  { positions }: RelaySource,
  signal: AbortSignal,
): Promise<LogPosition> {
  const file = folder.files[0]!;
  if (positions === 'file') return { kind: 'file', file, offset: FIRST_OFFSET };
  const before = await listBefore(folder, file, signal);
  if (before === null) return { kind: 'file', file, offset: FIRST_OFFSET };
  return before.kind === 'gtid' ? before : { kind: 'mariadb-gtid', executed: MariaGtids.of(...before.gtids) };
}

interface Reading extends Required<RelayLogOptions> {
  readonly from: Position;
  readonly signal: AbortSignal;
}

async function* read(relay: ReadableRelay, reading: Reading): AsyncGenerator<LogBlock> {
  const { from, stopAtEnd, signal } = reading;
  try {
    const source = await relay.source(signal);
    checkSource(relay, source, from);
    if (!stopAtEnd) await awaitGtids(relay, from, signal);
    const start = await startOf(relay, from.log, signal);
    let { file, offset } = start;
    for (;;) {
      const next = yield* readFile(relay, { ...reading, file, offset });
      if (next === null) return;
      file = next;
      offset = FIRST_OFFSET;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface FileReading extends LogPoint, Required<RelayLogOptions> {
  readonly signal: AbortSignal;
}

/** Yields what a file holds, and returns the one behind it; null where the log is to be read no further. */
async function* readFile(relay: ReadableRelay, reading: FileReading): AsyncGenerator<LogBlock, string | null> {
  const { file, offset, stopAtEnd, reusesMemory, signal } = reading;
  const { folder, end } = relay;
  const input = await openInput(folder.pathOf(file), signal);
  try {
    const reader = new FileReader(
      upTo(input, () => durableIn(relay, file)),
      { eventBytesMax: EVENT_BYTES_MAX, reusesMemory },
    );
    await reader.first(offset);
    for (;;) {
      signal.throwIfAborted();
      // Asked before, so that what becomes durable while the block is read is not waited for.
      const seen = end.point;
      const block = await reader.next();
      if (block !== null) yield block;
      else if (seen !== null && seen.file !== file) {
        await reader.checkEnd();
        return fileBehind(folder, file);
      } else if (stopAtEnd) return null;
      else await end.movedFrom(seen, signal);
    }
  } finally {
    await input.close();
  }
}

function fileBehind(folder: RelayFolder, file: string): string {
  const index = folder.files.indexOf(file);
  const next = folder.files[index + 1];
  if (index >= 0 && next !== undefined) return next;
  throw purged(folder, `${file} was removed while it was read`);
}

/** Those that the durable end has come to. */
function durableFiles({ folder, end }: Pick<ReadableRelay, 'folder' | 'end'>): readonly string[] {
  return folder.files.slice(0, end.point === null ? 0 : folder.files.indexOf(end.point.file) + 1);
}

/** How much of a file is durable: all of it, where the end is in a later one. */
function durableIn({ end }: ReadableRelay, file: string): number {
  const { point } = end;
  return point?.file === file ? point.offset : Number.POSITIVE_INFINITY;
}

/** A file as if it ended there; it is asked again for each read. */
function upTo(input: Input, limit: () => number): Input {
  return {
    path: input.path,
    name: input.name,
    isFile: input.isFile,
    size: async () => Math.min((await input.size()) ?? Number.POSITIVE_INFINITY, limit()),
    async read(into, offset, atLeast) {
      const room = Math.max(0, Math.min(into.length, limit() - offset));
      return room === 0 ? 0 : input.read(into.subarray(0, room), offset, Math.min(atLeast, room));
    },
    forget: (offset) => input.forget(offset),
    close: () => input.close(),
  };
}

function checkSource({ folder }: ReadableRelay, own: RelaySource, { source, log }: Position): void {
  const fits = log.kind === 'file' ? source.id === own.id : log.kind === own.positions;
  if (source.flavour === own.flavour && fits) return;
  throw new RowtideError(
    'SOURCE_FOREIGN',
    `${folder.path} holds the log of ${own.flavour} ${own.id}, and the position is from ${source.flavour} ${source.id}`,
    { hint: 'Read the relay of that server; only a set of GTIDs can be carried from one server’s log to another’s.' },
  );
}

/**
 * The relay must have what the position says was executed: it would leave out what the source gives the same GTIDs
 * later. A set that a server keeps may hold what is of no concern here.
 */
async function awaitGtids(relay: ReadableRelay, { log, source }: Position, signal: AbortSignal): Promise<void> {
  if (log.kind !== 'gtid') return;
  const lacking = (): GtidSet => {
    const extra = log.executed.minus(relay.logged instanceof GtidSet ? relay.logged : GtidSet.empty);
    return log.keptBy === undefined ? extra : ofSource(extra, source.id);
  };
  const waited = AbortSignal.any([signal, AbortSignal.timeout(AHEAD_WAIT_MS)]);
  while (!lacking().isEmpty && !waited.aborted) await sleep(100, undefined, { signal: waited }).catch(() => undefined);
  signal.throwIfAborted();
  const extra = lacking();
  if (extra.isEmpty) return;
  throw new RowtideError(
    'SOURCE_DIVERGED',
    `${relay.folder.path}: the relay has not received transactions of the position: ${extra.toString()}`,
    {
      hint: 'If its source has them, wait until `rowtide relay status` shows them as received. Else the position is of another history of that server.',
    },
  );
}

function ofSource(set: GtidSet, uuid: string): GtidSet {
  return GtidSet.fromIntervals([...set.intervals()].filter((each) => each.uuid === uuid));
}

/** The last file that begins no later than the position. What it then has of the position is left out by who reads. */
async function startOf(
  relay: Pick<ReadableRelay, 'folder' | 'end'>,
  log: LogPosition,
  signal: AbortSignal,
): Promise<LogPoint> {
  const { folder } = relay;
  const files = durableFiles(relay);
  if (log.kind === 'file') {
    if (files.includes(log.file)) return { file: log.file, offset: log.offset };
    throw purged(folder, `the position is in ${log.file}, and the relay has ${files[0]} to ${files.at(-1)}`);
  }
  let tooLate: unknown = null;
  for (const file of files.toReversed()) {
    const before = await listBefore(folder, file, signal);
    if (before === null) break;
    tooLate = whyTooLate(folder, { file, before, log });
    if (tooLate === null) return { file, offset: FIRST_OFFSET };
  }
  throw tooLate ?? purged(folder, 'its files do not say which GTIDs come before them');
}

type Before =
  | { readonly kind: 'gtid'; readonly executed: GtidSet }
  | { readonly kind: 'mariadb-gtid'; readonly gtids: ReturnType<typeof decodeGtidList> };

/** Null for a file that begins behind nothing that the position lacks. */
function whyTooLate(
  folder: RelayFolder,
  { file, before, log }: { file: string; before: Before; log: Exclude<LogPosition, { kind: 'file' }> },
): unknown {
  if (before.kind === 'gtid' && log.kind === 'gtid') {
    const missing = before.executed.minus(log.executed);
    return missing.isEmpty
      ? null
      : purged(folder, `${file} begins behind transactions that come next: ${missing.toString()}`);
  }
  if (before.kind === 'mariadb-gtid' && log.kind === 'mariadb-gtid') {
    try {
      new Domains(log.executed, null).list(before.gtids);
      return null;
    } catch (error) {
      return error;
    }
  }
  return purged(folder, 'the position is of other GTIDs than those of its log');
}

/** It does not change, and is asked for again and again. */
const told = new WeakMap<RelayFolder, Map<string, Before>>();

/** What a file says of the GTIDs in front of it; null where it does not say any. */
async function listBefore(folder: RelayFolder, file: string, signal: AbortSignal): Promise<Before | null> {
  const known = told.get(folder) ?? new Map<string, Before>();
  told.set(folder, known);
  const before = known.get(file) ?? (await readBefore(folder, file, signal));
  if (before !== null) known.set(file, before);
  return before;
}

async function readBefore(folder: RelayFolder, file: string, signal: AbortSignal): Promise<Before | null> {
  const input = await openInput(folder.pathOf(file), signal);
  try {
    // Smaller blocks: a status of many files looks into each, and what lies outside of the heap is collected late.
    const reader = new FileReader(input, { eventBytesMax: EVENT_BYTES_MAX, reusesMemory: true });
    await reader.first(FIRST_OFFSET);
    for (let block = await reader.next(); block !== null; block = await reader.next()) {
      for (const event of block.events) {
        const before = beforeOf(event);
        if (before !== null || !OPENING.has(event.type)) return before;
      }
    }
    return null;
  } finally {
    await input.close();
  }
}

/** What may stand in front of that. */
const OPENING: ReadonlySet<number> = new Set([FORMAT_DESCRIPTION_EVENT, START_ENCRYPTION_EVENT]);

function beforeOf(event: RawEvent): Before | null {
  if (event.type === PREVIOUS_GTIDS_LOG_EVENT) return { kind: 'gtid', executed: decodePreviousGtids(event) };
  return event.type === GTID_LIST_EVENT ? { kind: 'mariadb-gtid', gtids: decodeGtidList(event) } : null;
}

function purged({ path }: RelayFolder, what: string): RowtideError {
  return new RowtideError('SOURCE_PURGED', `${path}: ${what}`, {
    hint: 'The relay began behind the position, or its retention was shorter than the time that the consumer was away. Read the source itself while that has it, or copy the tables again.',
  });
}
