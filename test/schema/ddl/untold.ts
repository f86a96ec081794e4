import type { SchemaState, TableState } from '../../../src/schema/history/state.js';

/** What no log tells of a statement, and what servers do in too many ways: the table it leaves is rightly unknown. */
const UNTOLD = [
  'backslashes in its labels',
  'what USE found',
  'is written and converted at once',
  'stands before it, or it moves as well',
] as const;

/** Our state, with the server's word for what rightly is unknown to us, and how many tables that are. */
export function told(ours: SchemaState, theirs: SchemaState): { state: SchemaState; untold: number } {
  const tables = new Map(ours.tables);
  let untold = 0;
  for (const [key, table] of ours.tables) {
    const real = theirs.tables.get(key);
    if (!isUntold(table) || real === undefined) continue;
    tables.set(key, real);
    untold++;
  }
  return { state: { ...ours, tables }, untold };
}

function isUntold(table: TableState): boolean {
  return table.kind === 'unknown' && UNTOLD.some((why) => table.why.includes(why));
}
