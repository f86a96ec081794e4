import type { RawEvent } from '../core/event.js';
import type { EventMemory, HeldBlock } from './event-memory.js';
import type { Spool, SpoolFile } from './spool.js';

export interface Mark {
  readonly count: number;
  readonly bytes: number;
}

const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

/** The events of one transaction: in memory up to a bound, on disk from there on. */
export class HeldEvents {
  readonly #spool: Spool;
  readonly #memoryBytesMax: number;
  readonly #eventMemory: EventMemory | null;
  readonly #blocks: HeldBlock[] = [];
  #memory: RawEvent[] = [];
  #file: SpoolFile | null = null;
  #count = 0;
  #bytes = 0;

  /** `eventMemory`: where the bytes of what is pushed are kept, if they hold no longer than the push. */
  constructor(spool: Spool, memoryBytesMax = MEMORY_BYTES_MAX, eventMemory: EventMemory | null = null) {
    this.#spool = spool;
    this.#memoryBytesMax = memoryBytesMax;
    this.#eventMemory = eventMemory;
  }

  /** Where the events end now, for `truncate`. */
  get mark(): Mark {
    return { count: this.#count, bytes: this.#bytes };
  }

  /** Bytes of all events, wherever they are. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * So many bytes are still to come, as the log says. What will not stay in memory goes to disk from its first event on:
   * the memory of events that were held and then moved is collected late.
   */
  expect(bytes: number): void {
    if (this.#bytes + bytes > this.#memoryBytesMax && this.#file === null) this.#moveToFile();
  }

  push(event: RawEvent): void {
    this.#count++;
    this.#bytes += event.bytes.length;
    if (this.#file !== null) this.#file.append(event);
    else {
      this.#memory.push(this.#eventMemory === null ? event : this.#eventMemory.keep(event, this.#blocks));
      if (this.#bytes > this.#memoryBytesMax) this.#moveToFile();
    }
  }

  /** ROLLBACK TO SAVEPOINT: what came after the mark did not happen. */
  truncate({ count, bytes }: Mark): void {
    this.#count = count;
    this.#bytes = bytes;
    this.#memory.length = Math.min(this.#memory.length, count);
    this.#file?.truncate(count);
  }

  /** Whether the bytes of what is pushed may change afterwards. */
  get isOnDisk(): boolean {
    return this.#file !== null;
  }

  /** Nobody writes to the bytes of `events` again, not after the release either. */
  get isLasting(): boolean {
    return this.#eventMemory === null || this.#file !== null;
  }

  events(options?: { readonly reusesMemory?: boolean }): Iterable<RawEvent> {
    return this.#file === null ? this.#memory : this.#file.events(options);
  }

  release(): void {
    this.#file?.close();
    this.#forget();
  }

  #moveToFile(): void {
    this.#file = this.#spool.create();
    for (const event of this.#memory) this.#file.append(event);
    this.#forget();
  }

  #forget(): void {
    this.#memory = [];
    this.#eventMemory?.release(this.#blocks);
  }
}
