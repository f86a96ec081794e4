import type { OnReadOpts, Socket } from 'node:net';
import { REUSED_BYTES_MAX } from '../binlog/event-memory.js';
import { MemoryPool } from '../binlog/memory-pool.js';
import { type DriverOptions, driverOptions, openSocket } from '../mysql/connect.js';
import type { ServerAddress } from '../mysql/url.js';

/** Small enough that a value of some KiB can be a view of it, whoever keeps that. */
const KEPT_BYTES_MAX = 64 * 1024;
/**
 * glibc hands the end of its heap back to the kernel, page by page to be faulted in again, whenever more than twice the
 * largest block is free there that it ever mapped apart and freed. One of this size, never written to, makes a fourth of
 * the page faults of the rest. (16 MiB make V8 collect more often.)
 */
const LARGE_BLOCK_BYTES = 4 * 1024 * 1024;
/** With less room than this part of it a block is full: a socket is not to deliver its bytes in crumbs. */
const ROOM_MIN = 1 / 8;

interface Filled {
  readonly bytes: Buffer;
  /** Or a piece of the pool. */
  readonly isBlock: boolean;
}

/**
 * Memory that a socket receives into, in blocks that are filled one after the other. A socket's own chunks would be as
 * large, filled by half, and each would cut an event that then has to be copied.
 *
 * Blocks that are used again are counted, so that a reader who is done with what it got tells by one number which of them
 * are free. Others are let go of once they are full.
 */
export class ReceiveMemory {
  readonly #isReused: boolean;
  readonly #blockBytes: number;
  readonly #free: Buffer[] = [];
  /** What does not lie in one block. */
  readonly #pool = new MemoryPool();
  /** Filled and not free yet, oldest first, and the number of the oldest. */
  readonly #filled: Filled[] = [];
  #oldest = 0;
  #filling: Buffer;
  #used = 0;
  #isLent = false;

  constructor({ isReused }: { readonly isReused: boolean }) {
    this.#isReused = isReused;
    this.#blockBytes = isReused ? REUSED_BYTES_MAX : KEPT_BYTES_MAX;
    this.#filling = Buffer.allocUnsafeSlow(this.#blockBytes);
    if (!isReused) Buffer.allocUnsafeSlow(LARGE_BLOCK_BYTES);
  }

  /** What was received is handed out where it lies, and not as copies, from here on. */
  lent(): this {
    this.#isLent = true;
    return this;
  }

  get isLent(): boolean {
    return this.#isLent;
  }

  /** The number of the block that is being filled. */
  get filling(): number {
    return this.#oldest + this.#filled.length;
  }

  /** Where the next bytes go. */
  room(): Buffer {
    if (this.#blockBytes - this.#used < this.#blockBytes * ROOM_MIN) {
      if (this.#isReused) this.#filled.push({ bytes: this.#filling, isBlock: true });
      this.#filling = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#blockBytes);
      this.#used = 0;
    }
    return this.#filling.subarray(this.#used);
  }

  /** So many bytes went to where `room` said. */
  received(bytes: number): void {
    this.#used += bytes;
  }

  /** For a message that does not lie in one block: as long as that is. */
  take(bytes: number): Buffer {
    return this.#isReused ? this.#pool.take(bytes).subarray(0, bytes) : Buffer.allocUnsafe(bytes);
  }

  /** What was taken is filled: it goes the way of the blocks from here on, and is free with those before it. */
  filled(message: Buffer): void {
    if (this.#isReused) this.#filled.push({ bytes: Buffer.from(message.buffer), isBlock: false });
  }

  /** Nobody needs what lies in the blocks before that number. */
  release(before: number): void {
    while (this.#oldest < before) {
      const filled = this.#filled.shift();
      if (filled === undefined) return;
      if (filled.isBlock) this.#free.push(filled.bytes);
      else this.#pool.give(filled.bytes);
      this.#oldest++;
    }
  }
}

export interface LendingDriver {
  readonly driver: DriverOptions;
  /** Of each socket that was opened so. */
  readonly memories: WeakMap<object, ReceiveMemory>;
}

/** The driver, with sockets that receive into memory of ours; what TLS makes of it lies elsewhere. */
export async function lendingDriver(options: {
  readonly address: ServerAddress;
  readonly reusesMemory: boolean;
}): Promise<LendingDriver> {
  const { address, reusesMemory } = options;
  const driver = await driverOptions(address);
  const memories = new WeakMap<object, ReceiveMemory>();
  if (address.tls.mode !== 'disabled') return { driver, memories };
  const stream = (): Socket => {
    const memory = new ReceiveMemory({ isReused: reusesMemory });
    const socket = receiving(memory, (onread) => openSocket(address, onread));
    memories.set(socket, memory);
    return socket;
  };
  return { driver: { ...driver, stream }, memories };
}

/** A socket that receives into `memory`. Whoever listens to it gets copies until the memory is lent. */
function receiving(memory: ReceiveMemory, open: (onread: OnReadOpts) => Socket): Socket {
  const socket = open({
    // Asked once before the first read and once behind each.
    buffer: () => memory.room(),
    callback(length, { buffer, byteOffset }) {
      memory.received(length);
      const bytes = Buffer.from(buffer, byteOffset, length);
      socket.emit('data', memory.isLent ? bytes : Buffer.from(bytes));
      return true;
    },
  });
  return socket;
}
