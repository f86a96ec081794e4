import { type ErrorCode, RowtideError } from '../core/errors.js';
import { isAway } from './errors.js';
import { placeOf, type ServerAddress } from './url.js';

/** What a target answered to one of our statements. `errno` 0: it gave no answer, and nobody knows what it did. */
export class SqlError extends RowtideError {
  readonly errno: number;
  /** Which one of the statements that were sent together; those before it were executed, those behind it were not. */
  readonly statement: number;

  constructor(facts: { code: ErrorCode; message: string; errno: number; statement: number }, details: Details) {
    super(facts.code, facts.message, details);
    this.errno = facts.errno;
    this.statement = facts.statement;
  }
}

type Details = ConstructorParameters<typeof RowtideError>[2];

interface Kind {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
}

const AWAY: Kind = {
  code: 'SINK_UNREACHABLE',
  retryable: true,
  hint: 'Check that the target runs and can be reached from here. Nothing is lost: it says itself what it has committed.',
};
const BUSY: Kind = {
  code: 'SINK_BUSY',
  retryable: true,
  hint: 'Look for long transactions of others on the target: it is tried again.',
};
const CONFLICT: Kind = {
  code: 'SINK_CONFLICT',
  retryable: false,
  hint: 'Somebody else wrote to the target, or it did not begin as a whole copy. Mend the row there, then start again.',
};
const READ_ONLY: Kind = {
  code: 'SINK_REFUSED',
  retryable: false,
  hint: 'Turn read_only and super_read_only off on the target, or give the user what it takes to write all the same (CONNECTION_ADMIN, on MariaDB READ_ONLY ADMIN).',
};
const DENIED: Kind = {
  code: 'SINK_REFUSED',
  retryable: false,
  hint: 'GRANT the user what the message names, then start again; the README of the connector lists what is needed.',
};
const FULL: Kind = {
  code: 'SINK_REFUSED',
  retryable: true,
  hint: 'Make room on the target’s disk: it is tried again.',
};
const REFUSED: Kind = {
  code: 'SINK_REFUSED',
  retryable: false,
  hint: 'Mend what the message names on the target, then start again: the position has not moved.',
};

/** By the numbers that both flavours share, and a few of one alone. */
const KINDS: readonly (readonly [Kind, readonly number[]])[] = [
  // Too many connections; shutting down; network; interrupted; killed (MySQL 3169, MariaDB 1927); idle for too long.
  [AWAY, [1040, 1053, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 3169, 4031]],
  // Lock waits and deadlocks, also of XA; rolled back while committing; MariaDB: changed since it was read.
  [BUSY, [1020, 1205, 1213, 1613, 1614, 3058, 3101, 3572]],
  // Row not found, duplicate key, foreign keys.
  [CONFLICT, [1022, 1032, 1062, 1169, 1216, 1217, 1451, 1452, 1586]],
  [READ_ONLY, [1290, 1792, 1836]],
  [DENIED, [1044, 1045, 1095, 1142, 1143, 1227, 1370, 1419]],
  [FULL, [1021, 1026, 1114]],
];

const kindOf = new Map(KINDS.flatMap(([kind, numbers]) => numbers.map((errno): [number, Kind] => [errno, kind])));

/** Says in our terms what a target made of the statements that it was sent. `statement`: how many it had executed. */
export function sessionError(error: unknown, address: ServerAddress, statement: number): SqlError {
  if (error instanceof SqlError) return error;
  const errno = numberOf(error);
  const { code, ...details } = kindOf.get(errno) ?? (errno === 0 || isAway(error) ? AWAY : REFUSED);
  const text = error instanceof Error ? error.message : String(error);
  const message = `${placeOf(address)}: ${text}${errno === 0 ? '' : ` (error ${errno})`}`;
  return new SqlError({ code, message, errno, statement }, { ...details, cause: error });
}

/** The driver gives Node’s own errors a number, too, which is negative. */
function numberOf(error: unknown): number {
  const errno: unknown = error instanceof Error && 'errno' in error ? error.errno : 0;
  return typeof errno === 'number' && errno > 0 ? errno : 0;
}
