import type { DumpedEvent } from '../binlog/dumped-events.js';
import type { FormatDescription, LogBlock, LogPoint, RawEvent } from '../core/event.js';

export interface Flow {
  pause(): void;
  resume(): void;
  /** Tells a semi-sync source that all is durable up to a place. */
  acknowledge(point: LogPoint): void;
}

/**
 * Blocks on their way from the socket to the reader, bounded in bytes: above the bound the socket is paused until the
 * reader has taken half of them.
 */
export class BoundedQueue<B extends { readonly sizeBytes: number }> {
  protected readonly blocks: B[] = [];
  protected bytes = 0;
  readonly #bytesMax: number;
  readonly #flow: Flow;
  #paused = false;
  /** How it ended, once it has; what is queued is still handed out. */
  #end: { error: Error | null } | null = null;
  #wake: (() => void) | null = null;

  constructor(options: { bytesMax: number; flow: Flow }) {
    this.#bytesMax = options.bytesMax;
    this.#flow = options.flow;
  }

  /** After the pushes of one chunk: wakes the reader, and pauses the flow when that was enough. */
  flush(): void {
    if (this.blocks.length > 0) this.#wake?.();
    if (this.bytes < this.#bytesMax || this.#paused) return;
    this.#paused = true;
    this.#flow.pause();
  }

  /** The first end counts. */
  end(error: Error | null): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  /** The next block; null after the last one. Throws what the queue ended with. */
  async take(): Promise<B | null> {
    for (;;) {
      const block = this.blocks.shift();
      if (block !== undefined) return this.#taken(block);
      if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error;
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  #taken(block: B): B {
    this.bytes -= block.sizeBytes;
    if (this.#paused && this.bytes < this.#bytesMax / 2) {
      this.#paused = false;
      this.#flow.resume();
    }
    return block;
  }
}

const NO_EVENTS: RawEvent[] = [];
const NO_DUMPED: DumpedEvent[] = [];

/** Constructed, and its array copied, since literals would be put where garbage is collected late: see column/changes.ts. */
class EventBlock implements LogBlock {
  readonly file: string;
  readonly format: FormatDescription;
  readonly events = NO_EVENTS.slice();
  sizeBytes = 0;

  constructor(file: string, format: FormatDescription) {
    this.file = file;
    this.format = format;
  }
}

/** The reader gets whatever events are there, as one block for each file. */
export class BlockQueue extends BoundedQueue<EventBlock> {
  push(event: RawEvent, file: string, format: FormatDescription): void {
    let block = this.blocks.at(-1);
    if (block === undefined || block.file !== file || block.format !== format) {
      block = new EventBlock(file, format);
      this.blocks.push(block);
    }
    block.events.push(event);
    block.sizeBytes += event.bytes.length;
    this.bytes += event.bytes.length;
  }
}

/** Events of a raw dump that came together. */
export interface DumpBlock {
  readonly events: DumpedEvent[];
  sizeBytes: number;
  /** Behind the last of them that the source waits for. */
  awaited: LogPoint | null;
  /** To be called once all of them are durable: acknowledges the one that is awaited. */
  acknowledge(): void;
}

export class DumpQueue extends BoundedQueue<DumpBlock> {
  readonly #source: Pick<Flow, 'acknowledge'>;

  constructor(options: { bytesMax: number; flow: Flow }) {
    super(options);
    this.#source = options.flow;
  }

  push(event: DumpedEvent): void {
    let block = this.blocks.at(-1);
    if (block === undefined) {
      block = this.#newBlock();
      this.blocks.push(block);
    }
    block.events.push(event);
    block.sizeBytes += event.raw.length;
    this.bytes += event.raw.length;
  }

  /** The source waits for the event that was pushed last. */
  await(end: LogPoint): void {
    const block = this.blocks.at(-1);
    if (block !== undefined) block.awaited = end;
  }

  #newBlock(): DumpBlock {
    const block: DumpBlock = {
      events: NO_DUMPED.slice(),
      sizeBytes: 0,
      awaited: null,
      acknowledge: () => {
        if (block.awaited !== null) this.#source.acknowledge(block.awaited);
      },
    };
    return block;
  }
}
