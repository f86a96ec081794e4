/**
 * What the literals and the order of the statements rely on. Strict, so that nothing is cut off in silence; zero and
 * invalid dates are stored as they were; what references other tables comes back in an order of its own.
 */
export const STRICT_MODE = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';
/** For the empty value of an ENUM, which strict servers do not store. */
export const LENIENT_MODE = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';

const SETTINGS: Readonly<Record<string, string>> = {
  sql_mode: `'${STRICT_MODE}'`,
  time_zone: "'+00:00'",
  foreign_key_checks: '0',
  unique_checks: '1',
};

const KEPT = [...Object.keys(SETTINGS), 'character_set_client', 'character_set_results', 'collation_connection'];

/** Statements that set up the session which the undo is run in. */
export const SESSION_HEAD: readonly string[] = [
  `SET ${KEPT.map((name) => `@rowtide_${name} = @@SESSION.${name}`).join(', ')}`,
  'SET NAMES utf8mb4',
  `SET ${Object.entries(SETTINGS)
    .map(([name, value]) => `SESSION ${name} = ${value}`)
    .join(', ')}`,
];

/** Statements that bring the session back to what it was. */
export const SESSION_TAIL: readonly string[] = [
  `SET ${KEPT.map((name) => `SESSION ${name} = @rowtide_${name}`).join(', ')}`,
];
