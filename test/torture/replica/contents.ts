import type { DatabaseServer } from '../../servers/database.js';
import { SCHEMA } from '../load.js';
import { executedOf } from './position.js';
import { query } from './query.js';
import type { Way } from './stages.js';

export interface Ends {
  readonly source: DatabaseServer;
  readonly target: DatabaseServer;
  readonly way: Way;
  /** Ledger rows whose commit the source acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
}

/** What the target has otherwise than the source, or null. */
export async function differenceOf({ source, target, way, acknowledged }: Ends): Promise<string | null> {
  const [expected, found] = [await contents(source.url), await contents(target.url)];
  if ([...found.keys()].join() !== [...expected.keys()].join()) {
    return `tables ${[...found.keys()].join()}, not ${[...expected.keys()].join()}`;
  }
  for (const [table, content] of expected) {
    if (found.get(table) !== content) return `${table} is ${found.get(table)}, not ${content}`;
  }
  if (way.mode === 'binlog') {
    const [wanted, executed] = [await executedOf(source), await executedOf(target)];
    if (executed !== wanted) return `executed ${executed}, not ${wanted}`;
  }
  const ids = new Set((await query(target.url, `SELECT id FROM ${SCHEMA}.ledger`)).map(([id]) => Number(id)));
  const lost = [...acknowledged].filter((id) => !ids.has(id));
  return lost.length === 0 ? null : `${lost.length} acknowledged transactions are missing, such as ${lost[0]}`;
}

/** How each table is made, and the checksum of its rows. */
async function contents(url: string): Promise<Map<string, string>> {
  const tables = (await query(url, `SHOW TABLES FROM ${SCHEMA}`)).map(([name]) => `${SCHEMA}.${String(name)}`);
  const found = new Map<string, string>();
  for (const table of tables) {
    const [[, checksum] = []] = await query(url, `CHECKSUM TABLE ${table}`);
    const [[, definition] = []] = await query(url, `SHOW CREATE TABLE ${table}`);
    found.set(table, `${String(checksum)} ${String(definition)}`);
  }
  return found;
}
