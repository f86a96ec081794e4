import {
  type Batch,
  Connection,
  columnsNamed,
  laterName,
  type Position,
  PositionFold,
  placeOf,
  type ResumableSink,
  RowtideError,
  type ServerAddress,
  type SinkContext,
  SinkStats,
  type Statement,
  type Transaction,
  type Transform,
  withEachEntry,
} from 'rowtide';
import { until } from '../replica/until.js';
import type { SourceTable } from './key-facts.js';
import { MergeMemory } from './merge-memory.js';
import { Merger, type RouteOf } from './merger.js';
import { type Neighbours, neighboursOf } from './neighbours.js';
import { preflight } from './preflight.js';

export interface AggregateOptions {
  readonly target: ServerAddress;
  readonly stateSchema: string;
  readonly ddl: 'merge' | 'ignore' | 'refuse';
  readonly routeOf: RouteOf;
  readonly stopsAtConflicts: (table: Pick<SourceTable, 'schema' | 'name'>) => boolean;
  /** A replica of this source alone, which leaves out statements. */
  readonly replica: () => ResumableSink;
}

interface Opened {
  readonly connection: Connection;
  readonly memory: MergeMemory;
  readonly merger: Merger;
}

/** One of several sources of a target: a replica of its own, that knows what the others did to the tables. */
export class AggregateSink implements ResumableSink {
  readonly #options: AggregateOptions;
  readonly #context: SinkContext;
  readonly #stats: SinkStats;
  readonly #neighbours: Neighbours;
  /** A pipeline that is stopped still has its last batch written, so connections do not end with the signal of `open`. */
  readonly #closing = new AbortController();
  #replica: ResumableSink | null = null;
  #open: Opened | null = null;
  #position: Position | undefined;
  /** How often tables had been altered when they were last looked at. */
  #alterationsSeen = 0;
  #named: Transform = (transaction) => transaction;

  constructor(options: AggregateOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#stats = context.stats ?? new SinkStats();
    this.#neighbours = neighboursOf(`${placeOf(options.target)} ${options.stateSchema}`);
  }

  async open(signal: AbortSignal): Promise<Position | undefined> {
    await until(signal, this.#closing, () => this.#begin(signal));
    return this.#position;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const { target, stateSchema, routeOf } = this.#options;
    const { pipeline: stream, log, source } = this.#context;
    const connection = await Connection.open(target, this.#closing.signal);
    const memory = new MergeMemory(connection, { stateSchema, stream });
    const wants = source?.wants ?? (() => true);
    const altering = (work: () => Promise<void>): Promise<void> => this.#neighbours.alter(work);
    const stats = this.#stats;
    const merger = new Merger({ connection, memory, routeOf, source: { wants }, stream, log, stats, altering });
    this.#open = { connection, memory, merger };
    await memory.create();
    await this.#preflight(signal);
    await this.#reopen(signal);
  }

  async write(batch: Batch, signal: AbortSignal): Promise<void> {
    await until(signal, this.#closing, () => this.#write(batch, signal));
  }

  async #write({ transactions, position }: Batch, signal: AbortSignal): Promise<void> {
    const fold = this.#position === undefined ? null : new PositionFold(this.#position);
    let gathered: Transaction[] = [];
    for (const transaction of transactions) {
      const statement = leadingStatement(transaction);
      if (statement !== null && fold !== null) {
        // The target must be where the source was when the statement came, and nobody may have taken the stream over.
        await this.#pass({ transactions: gathered, position: fold.take() }, signal);
        gathered = [];
        await this.#statement(statement, transaction, signal);
        await this.#reload();
      }
      fold?.add(transaction);
      gathered.push(statement === null ? transaction : rowsOf(transaction));
    }
    await this.#pass({ transactions: gathered, position }, signal);
  }

  async close(): Promise<void> {
    try {
      await this.#replica?.close();
    } finally {
      await this.#open?.connection.close();
      this.#replica = null;
      this.#open = null;
    }
  }

  async #pass({ transactions, position }: Batch, signal: AbortSignal): Promise<void> {
    if (this.#neighbours.alterations > this.#alterationsSeen) await this.#reopen(signal);
    const replica = this.#replica;
    if (replica === null) throw new Error('open comes before write');
    try {
      await replica.write({ transactions: transactions.map(this.#named), position }, signal);
    } catch (error) {
      // Written for tables as they were before another source altered them.
      if (this.#neighbours.areAlteringSince(this.#alterationsSeen) && error instanceof RowtideError)
        throw meanwhile(error);
      throw error;
    }
    this.#position = position;
  }

  /** A replica remembers tables of the target, so behind a statement it is another one. */
  async #reopen(signal: AbortSignal): Promise<void> {
    this.#alterationsSeen = this.#neighbours.alterations;
    await this.#replica?.close();
    this.#replica = this.#options.replica();
    this.#position = await this.#replica.open(signal);
    await this.#reload();
  }

  /** Rows of a source that is late are written to tables as others made them. */
  async #reload(): Promise<void> {
    const { memory } = this.#opened;
    const late = new Map<string, (column: string) => string | null>();
    for (const { target, source, version } of await memory.places()) {
      const versions = (await memory.versions(target)).filter(({ isMade }) => isMade);
      if (version < versions.length - 1) late.set(source, (column) => laterName(column, versions, version));
    }
    this.#named =
      late.size === 0
        ? (transaction) => transaction
        : columnsNamed(({ schema, name }) => late.get(`${schema}.${name}`) ?? null);
  }

  async #statement(statement: Statement, transaction: Transaction, signal: AbortSignal): Promise<void> {
    switch (this.#options.ddl) {
      case 'merge':
        return this.#opened.merger.merge(statement, transaction, signal);
      case 'ignore':
        this.#stats.count('statements left out');
        return;
      case 'refuse':
        this.#opened.merger.refuse(statement, transaction);
        return;
    }
  }

  async #preflight(signal: AbortSignal): Promise<void> {
    const { source, pipeline: stream, log } = this.#context;
    const { admitted } = this.#neighbours;
    if (source === undefined || source.address === null || admitted.has(stream)) return;
    const { memory, connection: target } = this.#opened;
    const { routeOf, stopsAtConflicts } = this.#options;
    const connection = await Connection.open(source.address, this.#closing.signal);
    try {
      const { wants } = source;
      await preflight({ source: connection, target, memory, wants, routeOf, stopsAtConflicts, stream, log }, signal);
      admitted.add(stream);
    } finally {
      await connection.close();
    }
  }

  get #opened(): Opened {
    if (this.#open === null) throw new Error('open comes first');
    return this.#open;
  }
}

/** A statement is the first thing of its transaction; nobody reads one from the spool to look for more. */
function leadingStatement({ entries }: Transaction): Statement | null {
  for (const entry of entries) return entry.kind === 'statement' ? entry : null;
  return null;
}

/** What came behind a statement in the same transaction. */
function rowsOf(transaction: Transaction): Transaction {
  return withEachEntry(transaction, (entry) => (entry.kind === 'statement' ? null : entry));
}

function meanwhile({ message, code }: RowtideError): RowtideError {
  return new RowtideError(code, `${message}, while another source altered the tables`, { retryable: true });
}
