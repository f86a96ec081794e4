import { isAscii } from 'node:buffer';
import {
  charsetOf,
  decodeQueryParts,
  decodeQueryStatus,
  type QueryStatus,
  RowtideError,
  type Statement,
} from 'rowtide';

/** A statement as it has to be executed so that it does again what it did at the source. */
export interface LoggedStatement {
  /** Default schema; empty where the statement does not need one. */
  readonly schema: string;
  /** Assignments, for SET. */
  readonly session: readonly string[];
  /** In the character set of its client, which `session` sets. */
  readonly text: Buffer;
  /** What it failed with at the source, where it was logged all the same; else 0. */
  readonly errorCode: number;
}

/** CREATE DATABASE and the like, whose schema may not be there. */
const FLAG_SUPPRESS_USE = 8;
/** Modes that MySQL 8.0 does not have any more. */
const REMOVED_MODES = 0x1003ff00n;

export interface StatementTarget {
  /** MySQL 8.0 or later. */
  readonly removesModes: boolean;
  /** Of a MariaDB that replays statements of another one. */
  readonly collations?: ReadonlyMap<number, { readonly name: string; readonly charset: string }>;
}

export function loggedStatement(statement: Statement, target: StatementTarget): LoggedStatement {
  const { format, event } = statement;
  if (format === undefined) {
    throw new RowtideError('SINK_REFUSED', `a statement that was not logged: ${statement.sql.slice(0, 200)}`, {
      hint: 'Let the replica read from a server or its log files.',
    });
  }
  const { schema, text, status: bytes, errorCode } = decodeQueryParts(event, format);
  const status = decodeQueryStatus(bytes);
  const isReworded = status.charset !== null && !isInClientCharset(statement, text, status.charset.client);
  return {
    schema: (event.flags & FLAG_SUPPRESS_USE) === 0 ? schema : '',
    session: [
      `timestamp=${timestampOf(event.timestamp, status)}`,
      ...assignments(status, target),
      ...(target.collations === undefined ? [] : mariadbAssignments(status, target.collations)),
      ...(isReworded || status.charset === null ? [`character_set_client=${UTF8MB4}`] : []),
    ],
    text: withoutEnd(isReworded ? Buffer.from(statement.sql) : text),
    errorCode,
  };
}

/** Spaces and semicolons, which are no part of a character of any client’s character set. */
const END_BYTES = new Set(Buffer.from(' \t\n\v\f\r;'));

/**
 * Servers log statements without what ends them, but those that define a program: of these they log what was sent behind
 * them, too, such as the semicolon in front of the next statement. Two in a row would be an empty statement.
 */
function withoutEnd(text: Buffer): Buffer {
  let length = text.length;
  while (length > 0 && END_BYTES.has(text[length - 1]!)) length--;
  return text.subarray(0, length);
}

/**
 * What the server words itself, all of a statement or its beginning, is UTF-8 whatever the client's character set is
 * said to be: executed as logged it would make other names.
 */
function isInClientCharset({ sql, invalid }: Statement, text: Buffer, client: number): boolean {
  if (invalid !== undefined || isAscii(text)) return true;
  const { isUtf8, name, decode } = charsetOf(client, 'a statement');
  return isUtf8 || name === 'binary' || decode(text, 0, text.length) === sql;
}

const UTF8MB4 = 45;

export function timestampOf(seconds: number, { microseconds }: Pick<QueryStatus, 'microseconds'>): string {
  return microseconds === null || microseconds === 0
    ? `${seconds}`
    : `${seconds}.${String(microseconds).padStart(6, '0')}`;
}

const FLAGS: readonly (readonly [bit: number, name: string, onWhenSet: boolean])[] = [
  [1 << 26, 'foreign_key_checks', false],
  [1 << 14, 'sql_auto_is_null', true],
  [1 << 27, 'unique_checks', false],
];

function assignments(status: QueryStatus, { removesModes, collations }: StatementTarget): string[] {
  const { flags, autoIncrement, charset, timeZone, databaseCollation } = status;
  const { increment, offset } = autoIncrement ?? { increment: 1, offset: 1 };
  const set = [
    `auto_increment_increment=${increment}`,
    `auto_increment_offset=${offset}`,
    `lc_time_names=${status.monthNames ?? 0}`,
    `collation_database=${databaseCollation === null ? 'DEFAULT' : databaseCollation}`,
  ];
  if (flags !== null) {
    for (const [bit, name, onWhenSet] of FLAGS) set.push(`${name}=${((flags & bit) !== 0) === onWhenSet ? 1 : 0}`);
  }
  if (status.sqlMode !== null) {
    const mode = (BigInt(status.sqlModeHigh) << 32n) + BigInt(status.sqlMode);
    set.push(`sql_mode=${removesModes ? mode & ~REMOVED_MODES : mode}`);
  }
  if (timeZone !== null && timeZone.length > 0) set.push(`time_zone='${timeZone.toString('latin1')}'`);
  if (charset !== null) {
    set.push(
      // MariaDB takes ids from 2304 on for collations, and for no character set.
      `character_set_client=${collations?.get(charset.client)?.charset ?? charset.client}`,
      `collation_connection=${charset.connection}`,
      `collation_server=${charset.server}`,
    );
  }
  return [...set, ...laterAssignments(status)];
}

const MARIADB_FLAGS: typeof FLAGS = [
  [1 << 15, 'check_constraint_checks', false],
  [1 << 28, 'sql_if_exists', true],
  [1 << 24, 'explicit_defaults_for_timestamp', true],
  [1 << 30, 'system_versioning_insert_history', true],
];

function mariadbAssignments(
  { flags, saysDefaultCollations, defaultCollations }: QueryStatus,
  names: NonNullable<StatementTarget['collations']>,
): string[] {
  const set: string[] = [];
  if (flags !== null) {
    for (const [bit, name, onWhenSet] of MARIADB_FLAGS) {
      set.push(`${name}=${((flags & bit) !== 0) === onWhenSet ? 1 : 0}`);
    }
  }
  if (saysDefaultCollations) {
    const pairs = [...defaultCollations].map(([own, other]) => `${names.get(own)?.charset}=${names.get(other)?.name}`);
    set.push(`character_set_collations='${pairs.join()}'`);
  }
  return set;
}

/** What only newer servers log. */
function laterAssignments(status: QueryStatus): string[] {
  const set: string[] = [];
  const { explicitDefaultsForTimestamp: explicit } = status;
  if (explicit !== null) set.push(`explicit_defaults_for_timestamp=${explicit ? 1 : 0}`);
  if (status.defaultUtf8mb4 !== null) set.push(`default_collation_for_utf8mb4=${status.defaultUtf8mb4}`);
  if (status.requirePrimaryKey !== null) set.push(`sql_require_primary_key=${status.requirePrimaryKey}`);
  if (status.tableEncryption !== null) set.push(`default_table_encryption=${status.tableEncryption}`);
  return set;
}
