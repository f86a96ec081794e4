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
    const Sink = /mariadb/i.test(await this.#version(signal)) ? MariadbSink : BinlogSink;
    this.#sink = new Sink(this.#options, this.#context);
    return this.#sink.open(signal);
  }

  async #version(signal: AbortSignal): Promise<string> {
    const session = await Session.open(this.#options.target, signal);
    try {
      const [row] = await session.query<[string]>('SELECT VERSION()');
      return row?.[0] ?? '';
    } finally {
      await session.close();
    }
  }

  write(batch: Batch, signal: AbortSignal): Promise<void> {
    return this.#sink!.write(batch, signal);
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }
}
