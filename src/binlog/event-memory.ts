import type { RawEvent } from '../core/event.js';
import { MemoryPool, PIECE_BYTES_MAX } from './memory-pool.js';

/** A source that writes to its memory again does so in blocks of this size, and in pieces of a pool for larger events. */
export const REUSED_BYTES_MAX = 256 * 1024;
/** What may lie unused, as after a large transaction. */
const FREE_BYTES_MAX = 16 * 1024 * 1024;

/** Some of the memory, and how many transactions have events in it. */
export interface HeldBlock {
  readonly bytes: Buffer;
  used: number;
  holders: number;
}

/**
 * Keeps events of a source that writes to its memory again. Its own is used again as well, as soon as every transaction that has
 * events in a block was released: what lies outside of V8's heap is collected late, and was half of what a pipeline took.
 */
export class EventMemory {
  readonly #free: HeldBlock[] = [];
  readonly #pool = new MemoryPool();
  /** The one that is being filled. */
  #current: HeldBlock = emptyBlock();

  /** The event with bytes that hold until `release(holding)`: `holding` are the blocks of one transaction. */
  keep(event: RawEvent, holding: HeldBlock[]): RawEvent {
    const length = event.bytes.length;
    // Its source does not use that memory again, either.
    if (length > PIECE_BYTES_MAX) return event;
    if (length > REUSED_BYTES_MAX) return this.#keepAlone(event, holding);
    if (this.#current.used + length > REUSED_BYTES_MAX) this.#begin();
    const block = this.#current;
    if (holding.at(-1) !== block) {
      holding.push(block);
      block.holders++;
    }
    const at = block.used;
    block.used = at + length;
    event.bytes.copy(block.bytes, at);
    return new KeptEvent(event, block.bytes.subarray(at, block.used));
  }

  #keepAlone(event: RawEvent, holding: HeldBlock[]): RawEvent {
    const used = event.bytes.length;
    const bytes = this.#pool.take(used);
    holding.push({ bytes, used, holders: 1 });
    event.bytes.copy(bytes);
    return new KeptEvent(event, bytes.subarray(0, used));
  }

  /** May be called twice. */
  release(holding: HeldBlock[]): void {
    for (const block of holding) {
      block.holders--;
      if (block.holders === 0) this.#give(block);
    }
    holding.length = 0;
  }

  #begin(): void {
    this.#current = this.#free.pop() ?? emptyBlock();
  }

  #give(block: HeldBlock): void {
    if (block.bytes.length > REUSED_BYTES_MAX) {
      this.#pool.give(block.bytes);
      return;
    }
    block.used = 0;
    if (block !== this.#current && this.#free.length * REUSED_BYTES_MAX < FREE_BYTES_MAX) this.#free.push(block);
  }
}

function emptyBlock(): HeldBlock {
  return { bytes: Buffer.allocUnsafeSlow(REUSED_BYTES_MAX), used: 0, holders: 0 };
}

/** The event with bytes of its own. `memory`: null where the log leaves the memory of its events alone. */
export function lasting(event: RawEvent, memory: EventMemory | null): RawEvent {
  return memory === null ? event : new KeptEvent(event, Buffer.from(event.bytes));
}

/**
 * A class and no literal: where literals live for a while V8 begins to make them in the old part of its heap, and it looks
 * there for garbage only when there are 25 MB of it.
 */
class KeptEvent implements RawEvent {
  readonly type: number;
  readonly timestamp: number;
  readonly serverId: number;
  readonly flags: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor({ type, timestamp, serverId, flags, start, end }: RawEvent, bytes: Buffer) {
    this.type = type;
    this.timestamp = timestamp;
    this.serverId = serverId;
    this.flags = flags;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}
