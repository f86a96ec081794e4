import { type Batch, type Position, type ResumableSink, Session, type SinkContext } from 'rowtide';
import type { BinlogOptions } from '../options.js';
import { MariadbSink } from './mariadb-sink.js';
import { BinlogSink } from './sink.js';

/** Mode binlog for whichever server the target is. */
export class ReplaySink implements ResumableSink {
  readonly #options: BinlogOptions;
  readonly #context: SinkContext;
  #sink: ResumableSink | null = null;

  constructor(options: BinlogOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
  }

  async open(signal: AbortSignal): Promise<Position | undefined> {
    const session = await Session.open(this.#options.target, signal);
    const [row] = await session.query<[string]>('SELECT VERSION()').finally(() => session.close());
    const Sink = /mariadb/i.test(row?.[0] ?? '') ? MariadbSink : BinlogSink;
    this.#sink = new Sink(this.#options, this.#context);
    return this.#sink.open(signal);
  }

  write(batch: Batch, signal: AbortSignal): Promise<void> {
    return this.#sink!.write(batch, signal);
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }
}
