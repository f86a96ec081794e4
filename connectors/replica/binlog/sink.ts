import {
  type Batch,
  type Gtid,
  type GtidSet,
  isMariaGtid,
  type Position,
  type ResumableSink,
  RowtideError,
  Session,
  type SinkContext,
  SinkStats,
  type Transaction,
} from 'rowtide';
import type { BinlogOptions } from '../options.js';
import { until } from '../until.js';
import { Fence } from './fence.js';
import { ParallelReplay } from './parallel.js';
import { emptyTransaction, Replay } from './pieces.js';
import { type Owner, placeOfPiece } from './place.js';
import { Sender } from './sender.js';
import { targetOf, UNCONVERTED } from './target.js';

/**
 * Replays the very events of a MySQL source on a MySQL target of the same schema, each transaction under its own GTID. The
 * target’s gtid_executed is the memory: the server adds to it in the commit itself.
 */
export class BinlogSink implements ResumableSink {
  readonly #options: BinlogOptions;
  readonly #context: SinkContext;
  readonly #fence: Fence;
  readonly #stats: SinkStats;
  /** A pipeline that is stopped still has its last batch written, so connections do not end with the signal of `open`. */
  readonly #closing = new AbortController();
  #opened: Opened | null = null;

  constructor(options: BinlogOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#fence = new Fence(context.pipeline);
    this.#stats = context.stats ?? new SinkStats();
  }

  async open(signal: AbortSignal): Promise<Position> {
    return until(signal, this.#closing, () => this.#open());
  }

  async #open(): Promise<Position> {
    const { workers, commitOrder } = this.#options;
    const stats = this.#stats;
    const sessions: Session[] = [];
    try {
      while (sessions.length < workers) sessions.push(await this.#openSession());
      await this.#fence.take(sessions);
      const [session] = sessions as [Session];
      const target = await targetOf(session, this.#context.log);
      for (const each of sessions) await each.run(["SET SESSION session_track_gtids = 'OWN_GTID'", UNCONVERTED]);
      const parallel = { sessions, target, ordered: commitOrder === 'source', locate: placeOfPiece, stats };
      this.#opened = {
        sessions,
        replay: new Replay(target),
        parallel: workers === 1 ? null : new ParallelReplay(parallel),
        sender: new Sender(session, placeOfPiece),
        executed: target.executed,
        uuid: target.uuid,
      };
      const log = { kind: 'gtid', executed: target.executed, keptBy: target.uuid } as const;
      return { source: { flavour: 'mysql', id: target.uuid }, log, held: [] };
    } catch (error) {
      await Promise.all(sessions.map((session) => session.close()));
      throw error;
    }
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const opened = this.#opened!;
    try {
      await until(signal, this.#closing, () => this.#write(batch, opened));
    } catch (error) {
      if (!(error instanceof RowtideError) || error.code !== 'SINK_UNREACHABLE') throw error;
      await this.#fence.check(this.#options.target, opened.sessions, signal).catch((why: unknown) => {
        if (why instanceof RowtideError && why.code === 'SINK_FENCED') throw why;
      });
      throw error;
    } finally {
      // Of more workers each says this itself.
      if (opened.parallel === null) Object.assign(this.#stats.worker(0), { doing: 'idle', transaction: null });
    }
  }

  async #write({ transactions, position }: Batch, opened: Opened): Promise<void> {
    const { replay, sender, parallel } = opened;
    // Of two servers that replicate each other, each gets its own transactions back.
    const foreign = transactions.filter((transaction) => gtidOf(transaction).uuid !== opened.uuid);
    const worker = this.#stats.worker(0);
    if (parallel !== null) await parallel.write(foreign);
    else {
      worker.doing = 'applying';
      for (const transaction of foreign) {
        worker.transaction = transaction;
        for (const piece of replay.pieces(transaction)) await sender.add(transaction, piece);
      }
    }
    const executed = opened.executed.with(foreign.map(gtidOf));
    const missing = executedAt(position).minus(executed);
    for (const gtid of gtidsOf(missing)) {
      if (gtid.uuid === opened.uuid) continue;
      for (const piece of emptyTransaction(gtid)) await sender.add({ gtid }, piece);
    }
    await sender.flush();
    if (parallel === null) worker.count('transactions', foreign.length);
    opened.executed = executed.union(missing);
  }

  async close(): Promise<void> {
    await Promise.all((this.#opened?.sessions ?? []).map((session) => session.close()));
    this.#opened = null;
  }

  #openSession(): Promise<Session> {
    const { target, workers } = this.#options;
    return Session.open(target, this.#closing.signal, workers === 1 ? {} : { lockWaitSeconds: LOCK_WAIT_SECONDS });
  }
}

/** Workers may wait for each other: who waits in vain is to know it soon. */
const LOCK_WAIT_SECONDS = 1;

interface Opened {
  readonly sessions: readonly Session[];
  readonly replay: Replay;
  /** Null for one worker. */
  readonly parallel: ParallelReplay | null;
  readonly sender: Sender<Owner>;
  readonly uuid: string;
  executed: GtidSet;
}

function gtidOf({ gtid, span }: Transaction): Gtid {
  if (gtid !== null && !isMariaGtid(gtid)) return gtid;
  throw new RowtideError('SINK_REFUSED', `the transaction at ${span.file}:${span.start} has no GTID of MySQL`, {
    hint: 'Mode binlog needs gtid_mode=ON on a MySQL source; mode sql does not.',
  });
}

function executedAt({ log }: Position): GtidSet {
  if (log.kind === 'gtid') return log.executed;
  throw new RowtideError('SINK_REFUSED', 'the position in the source’s log is not one of MySQL’s GTIDs', {
    hint: 'Mode binlog needs gtid_mode=ON on a MySQL source; mode sql does not.',
  });
}

function* gtidsOf(set: GtidSet): Generator<Gtid> {
  for (const { uuid, tag, first, last } of set.intervals()) {
    for (let sequence = first; sequence <= last; sequence++) yield { uuid, tag, sequence };
  }
}
