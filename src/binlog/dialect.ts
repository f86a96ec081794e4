import type { Dialect } from '../core/dialect.js';
import { decodeQueryStatus, type QueryStatus } from './query-status.js';
import { isMariadb } from './server-version.js';

/** Bits of sql_mode. */
const MODE = { realAsFloat: 1, ansiQuotes: 4, noBackslashEscapes: 0x100000 } as const;

/** How the session of a statement read its text; `status` as its event has it. */
export function dialectOf(status: Buffer, serverVersion: string): Dialect {
  return dialectIn(decodeQueryStatus(status), serverVersion);
}

export function dialectIn({ sqlMode }: QueryStatus, serverVersion: string): Dialect {
  const has = (bit: number): boolean => ((sqlMode ?? 0) & bit) !== 0;
  return {
    flavour: isMariadb(serverVersion) ? 'mariadb' : 'mysql',
    version: versionNumber(serverVersion),
    ansiQuotes: has(MODE.ansiQuotes),
    noBackslashEscapes: has(MODE.noBackslashEscapes),
    realAsFloat: has(MODE.realAsFloat),
  };
}

/** 8.0.15-log is 80015. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  return (major * 100 + minor) * 100 + (patch || 0);
}
