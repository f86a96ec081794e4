import { dialectIn } from '../../binlog/dialect.js';
import type { LoggedStatement } from '../../binlog/query.js';
import { decodeQueryStatus } from '../../binlog/query-status.js';
import type { Dialect } from '../../core/dialect.js';
import { RowtideError } from '../../core/errors.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import { applyDdl, notUnderstood } from './apply.js';
import type { DdlSession, ServerDefaults } from './session.js';
import { NO_CHANGES, type SchemaChanges, type SchemaState } from './state.js';

/** Bits of sql_mode. */
const MODE = { oracle: 0x200 } as const;

/** What a statement changes, by its words alone. `place` is where it stands, for messages. */
export function applyStatement(state: SchemaState, statement: LoggedStatement, place: string): SchemaChanges {
  const { dialect, session } = settingsOf(statement, state.server);
  try {
    if (dialect.flavour === 'mariadb' && session.oracle) refuseOracle(statement.sql);
    const ddl = parseDdl(statement.sql, dialect);
    if (statement.invalid !== undefined && JSON.stringify(ddl).includes('\ufffd')) throw notText();
    return applyDdl(state, ddl, { session, place });
  } catch (error) {
    // Nobody knows which tables it was about.
    if (error instanceof RowtideError) return { ...NO_CHANGES, lost: notUnderstood(place, error) };
    throw error;
  }
}

/** In a comment it would not matter, but here it is part of a name or a label. */
function notText(): RowtideError {
  return new RowtideError('DDL_UNKNOWN', 'it is not valid in the character set of its client');
}

function refuseOracle(sql: string): void {
  if (/^\s*(create|alter)\b/i.test(sql))
    throw new RowtideError('DDL_UNKNOWN', 'its session had sql_mode=ORACLE, in which types mean something else');
}

export function settingsOf(
  { schema, sql, status: bytes, serverVersion }: LoggedStatement,
  { collations }: ServerDefaults,
): { dialect: Dialect; session: DdlSession & { oracle: boolean } } {
  const status = decodeQueryStatus(bytes);
  const dialect = dialectIn(status, serverVersion);
  const { flavour, version } = dialect;
  const defaultCollations = new Map(status.defaultCollations);
  const utf8mb4 = collations.facts.find(({ charset, isDefault }) => isDefault && charset === 'utf8mb4');
  if (status.defaultUtf8mb4 !== null && utf8mb4 !== undefined) defaultCollations.set(utf8mb4.id, status.defaultUtf8mb4);
  // Not said before MySQL 8.0, where it was another one.
  if (flavour === 'mysql' && version < 80_000 && utf8mb4 !== undefined)
    defaultCollations.set(utf8mb4.id, UTF8MB4_GENERAL_CI);
  return {
    dialect,
    session: {
      flavour,
      version,
      schema,
      oracle: ((status.sqlMode ?? 0) & MODE.oracle) !== 0,
      serverCollation: status.charset?.server ?? null,
      defaultCollations,
      backslashesUntold: dialect.noBackslashEscapes && SERVERS_OWN_WORDS.test(sql),
      explicitDefaultsForTimestamp: status.explicitDefaultsForTimestamp,
    },
  };
}

/**
 * CREATE … SELECT is logged in the server's own words, which have backslashes escaped although the log says that its
 * session had NO_BACKSLASH_ESCAPES. Who copies SHOW CREATE TABLE writes the same words, and means what stands there.
 */
const SERVERS_OWN_WORDS = /^CREATE .*?\(\n {2}[`"]/s;

const UTF8MB4_GENERAL_CI = 45;
