import { type ErrorCode, RowtideError } from '../core/errors.js';

/** What each exit status means: the table in `rowtide --help`. */
export const EXIT_CODES: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'done, or drained after SIGTERM or SIGINT'],
  [1, 'a failure while running'],
  [2, 'wrong usage'],
  [3, 'rows to be undone were changed since'],
  [4, 'rows to be undone are undone already'],
  [65, 'a damaged binlog'],
  [69, 'the source or the sink cannot be reached'],
  [75, 'a failure that may pass: start again'],
  [78, 'wrong configuration'],
  [130, 'SIGINT before the drain ended'],
  [143, 'SIGTERM before the drain ended'],
];

const STATUS: Partial<Record<ErrorCode, number>> = {
  OUTPUT_CLOSED: 0,
  USAGE: 2,
  UNDO_CONFLICT: 3,
  UNDO_DONE: 4,
  CONFIG_INVALID: 78,
  SOURCE_UNREACHABLE: 69,
  SINK_UNREACHABLE: 69,
  NOT_A_BINLOG: 65,
  BINLOG_TRUNCATED: 65,
  EVENT_CHECKSUM: 65,
  EVENT_MALFORMED: 65,
  RELAY_DAMAGED: 65,
};

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof RowtideError)) return 1;
  return STATUS[error.code] ?? (error.retryable ? 75 : 1);
}
