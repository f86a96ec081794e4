/**
 * Every way Rowtide stops. A code is stable (people match on it in scripts); the message names the place and the
 * cause, the hint names the fix.
 */
export type ErrorCode =
  // the log's bytes
  | 'NOT_A_BINLOG' // the file does not begin with the binlog magic
  | 'BINLOG_ENCRYPTED' // the file is encrypted at rest: read it through its server
  | 'BINLOG_TRUNCATED' // a file ends inside an event
  | 'EVENT_CHECKSUM' // CRC32 of an event does not match
  | 'EVENT_MALFORMED' // lengths or values inside an event contradict each other
  | 'EVENT_UNKNOWN' // an event type that is not known and not flagged ignorable
  | 'EVENT_UNSUPPORTED' // known, but nothing that can be turned into changes without loss
  | 'LOG_GAP' // positions or GTIDs do not follow each other
  | 'PLACE_NOT_FOUND' // the log has no transaction of that time or GTID
  | 'SOURCE_INCIDENT' // the server logged that it lost events
  | 'STATEMENT_LOGGED' // a row change was logged as a statement (binlog_format is not ROW)
  // the source server
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_ACCESS_DENIED'
  | 'SOURCE_SETTINGS' // a server setting with which changes would be lost
  | 'SOURCE_PURGED' // what comes after the position is gone from the source
  | 'SOURCE_DIVERGED' // the position holds transactions that the source never executed
  | 'SOURCE_FOREIGN' // a file and offset of another server
  | 'SOURCE_FENCED' // another reader took our server id
  | 'RELAY_DAMAGED' // a relay folder does not hold what was put into it
  // tables
  | 'TABLE_UNKNOWN' // no honest answer about the columns of this event
  | 'TABLE_MISMATCH' // the columns known do not fit the event
  | 'DDL_UNKNOWN' // a statement that may change columns is not understood
  | 'DDL_AMBIGUOUS' // whether a target executed a statement, of which nobody saw the end
  | 'HISTORY_CORRUPT' // the recorded history of columns is damaged
  | 'HISTORY_MISMATCH' // it is not the one that the position was reached with
  // transforms
  | 'FILTER_MISMATCH' // a row filter or column action does not fit the columns of its table
  | 'FILTER_UNDECIDED' // the row images lack a column that a row filter needs
  // flashback
  | 'UNDO_IMPOSSIBLE' // the log does not say how to undo something of the range
  | 'UNDO_CONFLICT' // rows were changed since
  | 'UNDO_DONE' // rows are undone already
  // checkpoints
  | 'CHECKPOINT_CORRUPT'
  | 'CHECKPOINT_MISMATCH' // it belongs to another source or sink
  | 'CHECKPOINT_LOCKED' // another process holds it
  // sinks
  | 'SINK_UNREACHABLE'
  | 'SINK_REFUSED' // the sink rejects what it is given, and would again
  | 'SINK_BUSY' // a lock that somebody else holds on the target
  | 'SINK_CONFLICT' // the target’s rows are not those that a change expects
  | 'SINK_DIVERGED' // somebody else used the source's transaction ids on the target
  | 'SINK_CHANGED' // the sink is not the one that the checkpoint describes
  | 'SINK_FENCED' // a newer writer took over
  | 'REPLICA_BEHIND' // a target does not have a transaction in time
  | 'RECORD_TOO_LARGE'
  | 'SCHEMA_INCOMPATIBLE' // the registry takes no schema that its readers could not read
  | 'OUTPUT_CLOSED' // who read our output went away, as `| head` does: a quiet end
  // ours
  | 'CONFIG_INVALID'
  | 'USAGE'
  | 'IO'; // a file could not be read or written

export interface ErrorDetails {
  /** What to do about it, as one sentence to a person. */
  hint?: string;
  /** True only where trying again, unchanged, may succeed: a connection, a leader election, a restart. */
  retryable?: boolean;
  cause?: unknown;
}

export class RowtideError extends Error {
  override readonly name = 'RowtideError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }
}

/** For the default branch of a switch over a union: a compile error when a member is missed. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}

/** Bytes that contradict each other. Who knows the place in the log adds it, see `locateError`. */
export function malformed(what: string): RowtideError {
  return new RowtideError('EVENT_MALFORMED', what, {
    hint: 'The log is damaged, or has a form that this version does not know: see what the server’s mysqlbinlog says of it.',
  });
}

/** The same error with the place in front of its message; errors that are not ours are wrapped. */
export function locateError(error: unknown, place: string): RowtideError {
  if (!(error instanceof RowtideError)) {
    const cause = error instanceof Error ? error : new Error(String(error));
    return new RowtideError('EVENT_MALFORMED', `${place}: ${cause.message}`, { cause });
  }
  const { hint, retryable } = error;
  return new RowtideError(error.code, `${place}: ${error.message}`, {
    ...(hint === undefined ? {} : { hint }),
    retryable,
    cause: error,
  });
}
