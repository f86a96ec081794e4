import type { ErrorCode } from '../core/errors.js';
import type { SemiSyncSource } from '../mysql/semi-sync.js';
import type { PipelineState } from '../pipeline/control.js';

/** A relay as `rowtide relay status` shows it; plain JSON. Numbers count since this process began. */
export interface RelayStatus {
  readonly name: string;
  readonly source: string;
  readonly folder: string;
  readonly state: PipelineState;
  /** GTIDs up to the durable end; null where there are none. */
  readonly received: string | null;
  /** The durable end, as file:offset; null before anything is durable. */
  readonly end: string | null;
  readonly files: number;
  readonly bytes: number;
  /** `at`: when its last event was written. */
  readonly oldest: { readonly file: string; readonly at: string } | null;
  /** `needs`: the oldest file that it still reads; null where that is not known, and all is kept. */
  readonly consumers: readonly { readonly pipeline: string; readonly needs: string | null }[];
  /** Null where the source is not to wait; its own view is null while it cannot be asked. */
  readonly semiSync: { readonly acknowledged: number; readonly source: SemiSyncSource | null } | null;
  readonly retries: number;
  readonly error: string | null;
  readonly errorCode: ErrorCode | null;
  readonly errorHint: string | null;
}
