/** Room that a batch may be given: small first, for there may be thousands of partitions. */
const STEPS_BYTES: readonly number[] = [16 * 1024, 128 * 1024];

/** Buffers for batches, used again after their batch was acknowledged, and a count of what is held. */
export class BufferPool {
  readonly #steps: readonly number[];
  readonly #free = new Map<number, Buffer[]>();
  #heldBytes = 0;

  /** `bytesMax`: what a full batch needs; larger buffers are made and dropped as needed. */
  constructor(bytesMax: number) {
    this.#steps = [...STEPS_BYTES.filter((step) => step < bytesMax), bytesMax];
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  take(bytes: number): Buffer {
    const step = this.#steps.find((each) => each >= bytes) ?? bytes;
    this.#heldBytes += step;
    return this.#free.get(step)?.pop() ?? Buffer.allocUnsafeSlow(step);
  }

  give(buffer: Buffer): void {
    const step = buffer.length;
    this.#heldBytes -= step;
    if (!this.#steps.includes(step)) return;
    const free = this.#free.get(step);
    if (free === undefined) this.#free.set(step, [buffer]);
    else free.push(buffer);
  }

  /** A larger buffer that begins with the same `used` bytes. */
  grow(buffer: Buffer, used: number, bytes: number): Buffer {
    const larger = this.take(bytes);
    buffer.copy(larger, 0, 0, used);
    this.give(buffer);
    return larger;
  }
}
