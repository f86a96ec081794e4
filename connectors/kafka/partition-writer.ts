import { BATCH_HEADER_BYTES, type BatchStyle, RECORD_OVERHEAD_BYTES, RecordBatch } from './batch.js';
import type { BufferPool } from './buffers.js';
import type { PartitionQueue } from './partition-queue.js';

/** What the partitions of a producer share. */
export interface Batches {
  readonly pool: BufferPool;
  readonly style: BatchStyle;
  readonly open: Set<PartitionWriter>;
  sealed(batch: RecordBatch, queue: PartitionQueue): void;
}

/** The batch of one partition that is being filled. */
export class PartitionWriter {
  readonly queue: PartitionQueue;
  /** A row whose upper bound is at most this is written in place; of others the size is found out first. */
  readonly directBytesMax: number;
  readonly #batches: Batches;
  #batch: RecordBatch | null = null;

  constructor(queue: PartitionQueue, batches: Batches, batchBytesMax: number) {
    this.queue = queue;
    queue.batchBytesMax = batchBytesMax;
    this.#batches = batches;
    this.directBytesMax = Math.min(DIRECT_BYTES_MAX, batchBytesMax - BATCH_HEADER_BYTES - RECORD_OVERHEAD_BYTES);
  }

  /** A batch with room for a record of `bytes` of key and value. One that does not fit a batch gets one of its own. */
  room(bytes: number): RecordBatch {
    const needed = bytes + RECORD_OVERHEAD_BYTES;
    if (this.#batch !== null && this.#batch.length + needed > this.queue.batchBytesMax) this.seal();
    const batch = this.#batch;
    if (batch === null) return this.#begin(needed);
    const end = batch.length + needed;
    if (end > batch.bytes.length) batch.bytes = this.#batches.pool.grow(batch.bytes, batch.length, end);
    return batch;
  }

  /** Hands over what was written so far. */
  seal(): void {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    this.#batches.open.delete(this);
    this.#batches.sealed(batch, this.queue);
  }

  #begin(needed: number): RecordBatch {
    const { open, pool, style } = this.#batches;
    open.add(this);
    const batch = new RecordBatch(pool.take(BATCH_HEADER_BYTES + needed), Date.now(), style);
    this.#batch = batch;
    return batch;
  }
}

/** Bounds are several times what a row needs: with larger ones batches would be sealed half empty. */
const DIRECT_BYTES_MAX = 64 * 1024;
