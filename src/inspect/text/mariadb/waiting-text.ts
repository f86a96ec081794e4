import type { Spool, SpoolFile } from '../../../binlog/spool.js';
import { Output } from '../../output.js';

/** What waits above it does so on disk, as in the tool: a statement may be as large as a transaction. */
const MEMORY_BYTES_MAX = 1024 * 1024;
const PIECE_BYTES = 32 * 1024;
const NO_EVENT = { type: 0, timestamp: 0, serverId: 0, flags: 0, start: 0, end: 0 };

/** Text that waits for the end of its statement. */
export class WaitingText extends Output {
  readonly #spool: Spool;
  #file: SpoolFile | null = null;
  #fileBytes = 0;

  constructor(spool: Spool) {
    super();
    this.#spool = spool;
  }

  /** All that waits; `length` is what does in memory. */
  get size(): number {
    return this.#fileBytes + this.length;
  }

  /** To be called behind each event: what is too much for memory goes to disk. */
  settle(): void {
    if (this.length < MEMORY_BYTES_MAX) return;
    this.#file ??= this.#spool.create();
    this.#fileBytes += this.length;
    const bytes = this.reserve(0);
    for (let at = 0; at < this.length; at += PIECE_BYTES) {
      this.#file.append({ ...NO_EVENT, bytes: bytes.subarray(at, Math.min(at + PIECE_BYTES, this.length)) });
    }
    this.advance(0);
  }

  /** Moves all that waits, in pieces, so that the other output can be drained in between. */
  *piecesTo(output: Output): Generator<void> {
    try {
      for (const { bytes } of this.#file?.events({ reusesMemory: true }) ?? [])
        yield* pieces(bytes, bytes.length, output);
    } finally {
      this.release();
    }
    yield* pieces(this.reserve(0), this.length, output);
    this.advance(0);
  }

  /** Drops what is on disk. */
  release(): void {
    this.#file?.close();
    this.#file = null;
    this.#fileBytes = 0;
  }
}

function* pieces(bytes: Buffer, length: number, output: Output): Generator<void> {
  for (let at = 0; at < length; at += PIECE_BYTES) {
    output.bytes(bytes, at, Math.min(at + PIECE_BYTES, length));
    yield;
  }
}
