import { type Dialect, parseNamingDdl } from 'rowtide';
import { renamed } from '../replica/sql/ddl/plan.js';
import type { RouteOf } from './merger.js';

/** A statement whose reading is known. */
export interface ReadStatement {
  /** The default schema. */
  readonly schema: string;
  readonly sql: string;
  readonly dialect: Dialect;
}

/** The statement with the names that its tables have at the target, so that it needs no default schema. */
export function routedDdl({ schema: own, sql, dialect }: ReadStatement, routeOf: RouteOf): string {
  const { tables } = parseNamingDdl(sql, dialect);
  const routed = renamed({ sql }, tables, ({ schema, name }) => routeOf({ schema: schema ?? own, name }));
  // CREATE TABLE … SELECT is logged so, and its rows behind it; here they come by themselves.
  return routed.replace(/\s+START\s+TRANSACTION\s*$/i, '');
}

/** How its session read its text. */
export function sqlModeOf({ dialect: { ansiQuotes, noBackslashEscapes, realAsFloat } }: ReadStatement): string {
  const modes = [
    ansiQuotes && 'ANSI_QUOTES',
    noBackslashEscapes && 'NO_BACKSLASH_ESCAPES',
    realAsFloat && 'REAL_AS_FLOAT',
  ];
  return modes.filter((mode) => mode !== false).join(',');
}
