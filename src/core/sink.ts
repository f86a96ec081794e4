import type { Batch } from './batch.js';
import type { Position } from './position.js';

/**
 * Where transactions go. The pipeline calls `open` once, then `write` one batch at a time, then `close`, also after an
 * error. After any error the sink is closed and a new one is made: a sink never has to heal itself.
 *
 * `open` fences older writers first and reads its position second (the other order lets a zombie write in between).
 * `write` resolves when the whole batch is durable, and not before; a rejection leaves it unknown how much of the batch
 * was written. An error with `retryable` is tried again by `supervise`; any other ends the pipeline.
 */
export interface Sink<P = void> {
  open(signal: AbortSignal): Promise<P>;
  write(batch: Batch, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A sink that knows where to resume; undefined: nothing was ever written. Pipelines accept nothing less. */
export type ResumableSink = Sink<Position | undefined>;

/**
 * A sink without a memory for positions, which `checkpointed(sink, store)` gives it. What `open` is handed and what
 * `state` returns is the sink's own: its identity (cluster, topic ids) and whatever it needs to go on (a file's length).
 */
export interface ForgetfulSink {
  /** `saved` is what `state` returned when the checkpoint was made. Throws SINK_CHANGED if it describes another sink. */
  open(saved: SinkState | undefined, signal: AbortSignal): Promise<void>;
  write(batch: Batch, signal: AbortSignal): Promise<void>;
  /** After a successful write: what to store beside the position. */
  state(): SinkState;
  close(): Promise<void>;
}

/** Plain JSON. */
export type SinkState = { readonly [key: string]: string | number | boolean | null | SinkState };
