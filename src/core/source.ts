import type { LogBlock } from './event.js';
import type { LogPosition, Position, SourceIdentity } from './position.js';
import type { Transaction } from './transaction.js';

/**
 * Everything logged, from ROTATE to INCIDENT: a live server, files, later the relay.
 * `read` is called once per connection attempt. It ends quietly when the log ends (files; a server asked to stop at its
 * end) or `signal` aborts; everything else is thrown. Aborting frees sockets and files before `read` returns.
 */
export interface LogSource {
  /** Whether `read` begins right behind a position of GTIDs, as servers do. Files begin with all that they have. */
  readonly leavesOutExecuted: boolean;
  /** The bytes of a block's events are written to again when the next block is asked for. */
  readonly reusesMemory?: boolean;
  identity(signal: AbortSignal): Promise<SourceIdentity>;
  /** The end of the log now. */
  head(signal: AbortSignal): Promise<LogPosition>;
  /** The begin of what is still there. */
  tail(signal: AbortSignal): Promise<LogPosition>;
  /** Positions that cannot be honoured (purged, diverged, foreign) are refused by name before the first block. */
  read(from: Position, signal: AbortSignal): AsyncIterable<LogBlock>;
}

/** The stream of committed transactions. `from` undefined: where this source was told to begin. */
export interface Source {
  /** Where `read(undefined)` begins, so that an empty sink has a position from the first moment on. */
  start(signal: AbortSignal): Promise<Position>;
  read(from: Position, signal: AbortSignal): AsyncIterable<Transaction>;
}
