import type { Batch } from '../core/batch.js';
import { locateError, RowtideError } from '../core/errors.js';
import { formatGtid } from '../core/gtid.js';
import type { Log } from '../core/log.js';
import type { Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';
import type { Source } from '../core/source.js';
import type { Transaction } from '../core/transaction.js';
import { isAbort } from './abort.js';
import { batches } from './batches.js';
import { type Clock, systemClock } from './clock.js';
import { PipelineControl } from './control.js';

export interface PipelineOptions {
  readonly name: string;
  readonly source: Source;
  readonly sink: ResumableSink;
  readonly transform?: (transaction: Transaction) => Transaction;
  /** Stops the pipeline: it reads no further, and finishes what it has read. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly control?: PipelineControl;
  /** How long it may take to finish what was read when `signal` aborts, in milliseconds. Default 8000. */
  readonly shutdownTimeoutMs?: number;
  readonly batchBytesMax?: number;
  readonly clock?: Clock;
}

/** Why a pipeline came to an end without an error: its log has one, or it was asked to. */
export type PipelineEnd = 'ended' | 'stopped';

const SHUTDOWN_TIMEOUT_MS = 8000;
/** What a sink gets to let go of its sockets and files after it was told to give up a batch. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * One source into one sink, once: every error ends it, `supervise` decides whether there is another attempt.
 * The sink is opened first, because that fences older writers, and says where to read from. It is closed in any case.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineEnd> {
  const giveUp = new AbortController();
  const deadline = startDeadline(options, giveUp);
  try {
    return await Promise.race([stream(options, giveUp.signal), deadline.passed]);
  } catch (error) {
    throw giveUp.signal.aborted ? giveUp.signal.reason : error;
  } finally {
    deadline.cancel();
  }
}

async function stream(options: PipelineOptions, giveUp: AbortSignal): Promise<PipelineEnd> {
  const { sink, signal, log } = options;
  try {
    await copy(options, giveUp);
  } catch (error) {
    await sink.close().catch((also) => log.warn({ error: also }, 'the sink failed again when it was closed'));
    if (isAbort(error, signal)) return 'stopped';
    throw error;
  }
  await sink.close();
  return signal.aborted ? 'stopped' : 'ended';
}

async function copy(options: PipelineOptions, giveUp: AbortSignal): Promise<void> {
  const { name, source, sink, signal, log, control = new PipelineControl() } = options;
  control.stats.state = 'starting';
  const from = await openSink(options, giveUp);
  control.stats.state = 'streaming';
  control.moved(from);
  log.info({ pipeline: name, log: from.log }, 'streaming');
  const read = (reading: AbortSignal) => prepare(source.read(from, reading), { ...options, control });
  const { batchBytesMax: bytesMax, clock } = options;
  const bounds = { ...(bytesMax !== undefined && { bytesMax }), ...(clock !== undefined && { clock }) };
  for await (const batch of batches({ read, from, signal, ...bounds })) {
    try {
      control.stats.writingUs = batch.transactions[0]?.committedAtUs;
      await sink.write(batch, giveUp);
      count(batch, control);
    } catch (error) {
      throw isOfLog(error) ? locateError(error, placeOf(batch)) : error;
    } finally {
      control.stats.writingUs = undefined;
      for (const transaction of batch.transactions) transaction.release();
    }
  }
}

/** Sinks decode while they write, and a row that cannot be decoded does not know where it stands. */
function isOfLog(error: unknown): boolean {
  return error instanceof RowtideError && error.code.startsWith('EVENT_');
}

function placeOf({ transactions }: Batch): string {
  const first = transactions[0]?.span;
  const last = transactions.at(-1)?.span;
  return `between ${first?.file}:${first?.start} and ${last?.file}:${last?.end}`;
}

/** An empty sink is given a position before the first transaction: a crash must not find it without one. */
async function openSink({ sink, source, signal }: PipelineOptions, giveUp: AbortSignal): Promise<Position> {
  const position = await sink.open(signal);
  if (position !== undefined) return position;
  const start = await source.start(signal);
  await sink.write({ transactions: [], position: start }, giveUp);
  return start;
}

async function* prepare(
  transactions: AsyncIterable<Transaction>,
  { name, transform, control, log }: PipelineOptions & { control: PipelineControl },
): AsyncGenerator<Transaction, void> {
  for await (const transaction of transactions) {
    control.stats.readUs = transaction.committedAtUs;
    control.stats.readAtMs = Date.now();
    control.stats.read = { gtid: transaction.gtid, span: transaction.span };
    if (control.skips(transaction.gtid)) {
      const gtid = transaction.gtid === null ? null : formatGtid(transaction.gtid);
      log.warn(
        { pipeline: name, gtid, span: transaction.span },
        'skipping a transaction, as asked: its changes are lost',
      );
      yield withoutEntries(transaction);
    } else {
      yield transform === undefined ? transaction : transform(transaction);
    }
  }
}

function withoutEntries(transaction: Transaction): Transaction {
  const { gtid, span, prepared, prepares, held, schemas, clock, committedAtUs, origin, serverId, sizeBytes } =
    transaction;
  const facts = { gtid, span, prepared, prepares, held, schemas, clock, committedAtUs, origin, serverId, sizeBytes };
  return { ...facts, entries: [], release: () => transaction.release() };
}

function count({ transactions, position }: Batch, control: PipelineControl): void {
  const { stats } = control;
  stats.batches += 1;
  stats.transactions += transactions.length;
  for (const { sizeBytes } of transactions) stats.bytes += sizeBytes;
  stats.committedAtUs = transactions.at(-1)?.committedAtUs ?? stats.committedAtUs;
  control.note(null);
  control.moved(position);
}

/** `passed` rejects when the time to stop in is over: first the batch is given up, then everything. */
function startDeadline(
  { name, signal, shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS, clock = systemClock }: PipelineOptions,
  giveUp: AbortController,
): { passed: Promise<never>; cancel(): void } {
  const cancelled = new AbortController();
  const passed = new Promise<never>((_, reject) => {
    const giveUpInTime = async () => {
      await clock.sleep(shutdownTimeoutMs, cancelled.signal);
      if (cancelled.signal.aborted) return;
      giveUp.abort(stoppedTooLate(name, shutdownTimeoutMs));
      await clock.sleep(CLOSE_TIMEOUT_MS, cancelled.signal);
      reject(giveUp.signal.reason);
    };
    const start = () => void giveUpInTime();
    if (signal.aborted) start();
    else signal.addEventListener('abort', start, { once: true, signal: cancelled.signal });
  });
  return { passed, cancel: () => cancelled.abort() };
}

function stoppedTooLate(name: string, timeoutMs: number): RowtideError {
  const message = `pipeline ${name} did not finish its last batch within ${timeoutMs} ms of being stopped`;
  return new RowtideError('SINK_UNREACHABLE', message, {
    hint: 'Nothing is lost: the next start goes on from the last checkpoint.',
    retryable: true,
  });
}
