import {
  type Batch,
  isMariaGtid,
  type MariaGtid,
  type Position,
  PositionFold,
  placeOf,
  type ResumableSink,
  RowtideError,
  Session,
  type SinkContext,
  type SqlValue,
  type Transaction,
} from 'rowtide';
import { CheckpointTable } from '../checkpoint-table.js';
import type { BinlogOptions } from '../options.js';
import type { Piece } from '../piece.js';
import { until } from '../until.js';
import { Fence } from './fence.js';
import { behindIntent, Intents } from './mariadb-intent.js';
import { MariadbReplay, type MariadbTarget, unlogged } from './mariadb-pieces.js';
import { type Owner, placeOfPiece } from './place.js';
import { Sender } from './sender.js';
import { eventBytesMax } from './target.js';

export const STATE_SCHEMA = 'rowtide';

interface Opened {
  readonly session: Session;
  readonly replay: MariadbReplay;
  readonly sender: Sender<Owner>;
  readonly intents: Intents;
}

/**
 * Replays the very events of a MariaDB source on a MariaDB target of the same schema, each transaction under its own GTID.
 * A MariaDB does not say which transactions of a domain it has, so the memory is a row of ours, written in their commits.
 */
export class MariadbSink implements ResumableSink {
  readonly #options: BinlogOptions;
  readonly #context: SinkContext;
  readonly #fence: Fence;
  readonly #checkpoints: CheckpointTable;
  readonly #closing = new AbortController();
  #opened: Opened | null = null;
  #fold: PositionFold | null = null;
  #saved: Position | undefined;

  constructor(options: BinlogOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#fence = new Fence(context.pipeline);
    this.#checkpoints = new CheckpointTable(STATE_SCHEMA, context.pipeline);
  }

  async open(signal: AbortSignal): Promise<Position | undefined> {
    return until(signal, this.#closing, () => this.#open());
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    const opened = this.#opened!;
    try {
      await until(signal, this.#closing, () => this.#write(batch, opened));
    } catch (error) {
      if (!(error instanceof RowtideError) || error.code !== 'SINK_UNREACHABLE') throw error;
      await this.#fence.check(this.#options.target, [opened.session], signal).catch((why: unknown) => {
        if (why instanceof RowtideError && why.code === 'SINK_FENCED') throw why;
      });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#opened?.session.close();
    this.#opened = null;
  }

  async #open(): Promise<Position | undefined> {
    const session = await Session.open(this.#options.target, this.#closing.signal);
    this.#opened = {
      session,
      replay: new MariadbReplay(await targetOf(session)),
      sender: new Sender(session, placeOfPiece),
      intents: await Intents.open(session, this.#context.pipeline),
    };
    await this.#fence.take([session]);
    await session.run(['SET sql_log_bin=0']);
    const { position, intent } = await this.#checkpoints.fence(session);
    const behind = intent === null ? null : await behindIntent(session, intent);
    // The next intent takes the place of this one, and with it what it tells.
    if (behind !== null) await session.run([this.#checkpoints.save(behind)]);
    await session.run(['SET sql_log_bin=1']);
    const found = behind ?? position;
    this.#saved = found;
    this.#fold = found === undefined ? null : new PositionFold(found);
    return found;
  }

  async #write({ transactions, position }: Batch, { session, replay, sender, intents }: Opened): Promise<void> {
    if (position.log.kind !== 'mariadb-gtid') throw wrongSource(session);
    this.#fold ??= new PositionFold(position);
    for (const transaction of transactions) {
      const gtid = gtidOf(transaction, session);
      this.#fold.add(transaction);
      const behindIt = this.#fold.take();
      const saving = {
        save: this.#save(behindIt),
        intend: () => this.#intend(intents.encode(transaction, gtid, behindIt)),
      };
      for (const piece of replay.pieces(transaction, gtid, saving)) await sender.add(transaction, piece);
      this.#saved = behindIt;
    }
    if (this.#saved !== position)
      for (const piece of unlogged(this.#save(position))) await sender.add({ gtid: null }, piece);
    await sender.flush();
    this.#saved = position;
    this.#fold = new PositionFold(position);
  }

  #save(position: Position): Piece {
    return { sql: this.#checkpoints.save(position), saves: () => this.#checkpoints.fenced() };
  }

  /** A statement commits by itself: what is noted before it says where to go on if the target has done it. */
  #intend(intent: string): Piece {
    return { sql: this.#checkpoints.intend(intent), saves: () => this.#checkpoints.fenced() };
  }
}

async function targetOf(session: Session): Promise<MariadbTarget> {
  const [row] = await session.query<[string | number]>('SELECT @@log_bin');
  if (Number(row?.[0]) !== 1) throw withoutLog(session);
  const collations = await session.query<[SqlValue, string, string]>(
    'SELECT ID, FULL_COLLATION_NAME, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLLATION_CHARACTER_SET_APPLICABILITY',
  );
  return {
    pins: session.pins,
    removesModes: false,
    eventBytesMax: eventBytesMax(session),
    collations: new Map(collations.map(([id, name, charset]) => [Number(id), { name, charset }])),
  };
}

function gtidOf({ gtid }: Transaction, session: Session): MariaGtid {
  if (gtid !== null && isMariaGtid(gtid)) return gtid;
  throw wrongSource(session);
}

function wrongSource({ address }: Session): RowtideError {
  return new RowtideError('SINK_REFUSED', `${placeOf(address)} is MariaDB, and the source’s transactions are not`, {
    hint: 'Mode sql writes into any server.',
  });
}

function withoutLog({ address }: Session): RowtideError {
  return new RowtideError('SINK_REFUSED', `${placeOf(address)}: mode binlog needs log_bin on a MariaDB target`, {
    hint: 'Start the target with --log-bin, or use mode sql.',
  });
}
