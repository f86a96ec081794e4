import type { LoggedStatement } from '../../binlog/query.js';
import { decodeQueryStatus } from '../../binlog/query-status.js';
import { RowtideError } from '../../core/errors.js';
import { parseDdl } from '../../sql/ddl/parse.js';
import type { Dialect } from '../../sql/lexer.js';
import { applyDdl, notUnderstood } from './apply.js';
import type { DdlSession, ServerDefaults } from './session.js';
import { NO_CHANGES, type SchemaChanges, type SchemaState } from './state.js';

/** Bits of sql_mode. */
const MODE = { realAsFloat: 1, ansiQuotes: 4, oracle: 0x200, noBackslashEscapes: 0x100000 } as const;

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
  const mode = status.sqlMode ?? 0;
  const flavour = /mariadb/i.test(serverVersion) ? 'mariadb' : 'mysql';
  const defaultCollations = new Map(status.defaultCollations);
  const utf8mb4 = collations.facts.find(({ charset, isDefault }) => isDefault && charset === 'utf8mb4');
  if (status.defaultUtf8mb4 !== null && utf8mb4 !== undefined) defaultCollations.set(utf8mb4.id, status.defaultUtf8mb4);
  const version = versionNumber(serverVersion);
  // Not said before MySQL 8.0, where it was another one.
  if (flavour === 'mysql' && version < 80_000 && utf8mb4 !== undefined)
    defaultCollations.set(utf8mb4.id, UTF8MB4_GENERAL_CI);
  const has = (bits: number): boolean => (mode & bits) !== 0;
  return {
    dialect: {
      flavour,
      version,
      ansiQuotes: has(MODE.ansiQuotes),
      noBackslashEscapes: has(MODE.noBackslashEscapes),
      realAsFloat: has(MODE.realAsFloat),
    },
    session: {
      flavour,
      version,
      schema,
      oracle: has(MODE.oracle),
      serverCollation: status.charset?.server ?? null,
      defaultCollations,
      backslashesUntold: has(MODE.noBackslashEscapes) && SERVERS_OWN_WORDS.test(sql),
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

/** 8.0.15-log is 80015. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  return (major * 100 + minor) * 100 + (patch || 0);
}
