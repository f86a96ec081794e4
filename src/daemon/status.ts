import type { Position } from '../core/position.js';
import type { PipelineState } from '../pipeline/control.js';

/** A pipeline as `rowtide status` shows it; plain JSON. */
export interface PipelineStatus {
  readonly name: string;
  readonly source: string;
  readonly sink: string;
  readonly state: PipelineState;
  /** Behind the last batch that is durable; null before the sink was opened. */
  readonly position: string | null;
  /** Written since this process began. */
  readonly transactions: number;
  /** When the last of them was committed at the source, ISO 8601. */
  readonly committedAt: string | null;
  /** Why it retries or failed. */
  readonly error: string | null;
}

/** A GTID set, or file:offset. */
export function positionText({ log }: Position): string {
  return log.kind === 'file' ? `${log.file}:${log.offset}` : log.executed.toString();
}
