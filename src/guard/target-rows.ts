import { Session } from '../mysql/session.js';
import { SqlError } from '../mysql/session-error.js';
import type { ServerAddress } from '../mysql/url.js';
import { quotedName } from '../sql/literal/text.js';
import type { CountRows } from './rules.js';

/** ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE */
const NOT_THERE: ReadonlySet<number> = new Set([1049, 1146]);

/** Counts rows of the target's tables, which are those of the source before what waits. */
export function targetRows(address: ServerAddress, signal: AbortSignal): CountRows {
  return async ({ schema, name }, rowsMax) => {
    const session = await Session.open(address, signal);
    try {
      const table = `${quotedName(schema)}.${quotedName(name)}`;
      const [row] = await session.query(`SELECT COUNT(*) FROM (SELECT 1 FROM ${table} LIMIT ${rowsMax}) AS t`);
      return Number(row?.[0]);
    } catch (error) {
      if (error instanceof SqlError && NOT_THERE.has(error.errno)) return null;
      throw error;
    } finally {
      await session.close();
    }
  };
}
