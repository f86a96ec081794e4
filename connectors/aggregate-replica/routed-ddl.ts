import { type Dialect, type Statement, withTableNames } from 'rowtide';
import type { RouteOf } from './merger.js';

const FALLBACK: Dialect = {
  flavour: 'mysql',
  version: 80_400,
  ansiQuotes: false,
  noBackslashEscapes: false,
  realAsFloat: false,
};

/** The statement with the names that its tables have at the target. */
export function routedDdl({ schema: own, sql, dialect = FALLBACK }: Statement, routeOf: RouteOf): string {
  const routed = withTableNames(sql, dialect, ({ schema, name }) => routeOf({ schema: schema ?? own, name }));
  // CREATE TABLE … SELECT is logged so, and its rows behind it; here they come by themselves.
  return routed.replace(/\s+START TRANSACTION\s*$/i, '');
}

/** How its session read its text. */
export function sqlModeOf({ dialect = FALLBACK }: Statement): string {
  const { ansiQuotes, noBackslashEscapes, realAsFloat } = dialect;
  const modes = [
    ansiQuotes && 'ANSI_QUOTES',
    noBackslashEscapes && 'NO_BACKSLASH_ESCAPES',
    realAsFloat && 'REAL_AS_FLOAT',
  ];
  return modes.filter((mode) => mode !== false).join(',');
}
