import type { Position } from '../core/position.js';
import type { SinkState } from '../core/sink.js';

/** A position that was made durable, and what the sink needs to go on from there. */
export interface Checkpoint {
  readonly position: Position;
  readonly sink: SinkState;
}

/**
 * Where checkpoints are kept, for one owner at a time. `load` comes first and only once: it fences whoever owned the
 * store before, and then reads. `save` resolves when the checkpoint is durable; a rejection leaves this one or the one
 * before it, whole. `close` gives the store up, also after an error.
 *
 * `load` resolves to undefined only if nothing was ever saved. Whatever is there but cannot be read is an error: a
 * store never sends a pipeline back to a beginning of its own choice.
 */
export interface CheckpointStore {
  load(): Promise<Checkpoint | undefined>;
  save(checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
}
