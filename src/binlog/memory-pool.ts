/** A piece larger than this is not used again. */
export const PIECE_BYTES_MAX = 16 * 1024 * 1024;
const PIECE_BYTES_MIN = 4096;
/** What may lie unused, as after a large transaction. */
const FREE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Memory of events that lie in no block, used again: what lies outside of V8's heap it collects late, and 64 MiB of it are
 * soon together where events have half a MiB each.
 */
export class MemoryPool {
  /** Those that came first go first. */
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** At least so many bytes, with whatever is in them. */
  take(bytes: number): Buffer {
    const wanted = pieceBytes(bytes);
    const at = this.#free.findIndex(({ length }) => length === wanted);
    const [piece = Buffer.allocUnsafeSlow(wanted)] = at < 0 ? [] : this.#free.splice(at, 1);
    if (at >= 0) this.#freeBytes -= wanted;
    return piece;
  }

  /** Nobody looks at the piece any more. */
  give(piece: Buffer): void {
    if (piece.length > PIECE_BYTES_MAX) return;
    this.#free.push(piece);
    this.#freeBytes += piece.length;
    while (this.#freeBytes > FREE_BYTES_MAX) this.#freeBytes -= this.#free.shift()!.length;
  }
}

/** Powers of two, so that a piece fits for others. */
export function pieceBytes(bytes: number): number {
  if (bytes > PIECE_BYTES_MAX) return bytes;
  return Math.max(PIECE_BYTES_MIN, 2 ** (32 - Math.clz32(bytes - 1)));
}
