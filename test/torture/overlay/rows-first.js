/** The wrong order: rows are committed before what says that they are. */

import { enter } from './stage.js';

const OPENING = /^SET timestamp=.*gtid_next='([^']+:\d+)'$/;

export async function rowsFirst(send, { statements, isSaving }) {
  if (isSaving) {
    // Mode sql: the row of the checkpoint in a transaction of its own.
    await send(['COMMIT']);
    enter('checkpoint');
    return send(statements);
  }
  const results = [];
  for (const group of groupsOf(statements)) results.push(...(await replay(send, group)));
  return results;
}

/** Mode binlog, where each transaction begins by its GTID. */
function groupsOf(statements) {
  const groups = [[]];
  for (const statement of statements) {
    if (OPENING.test(String(statement)) && groups.at(-1).length > 0) groups.push([]);
    groups.at(-1).push(statement);
  }
  return groups;
}

/** The rows without their GTID, and then the GTID alone. */
async function replay(send, group) {
  const gtid = OPENING.exec(String(group[0]))?.[1];
  const commit = group.indexOf('COMMIT');
  if (gtid === undefined || group[1] !== 'BEGIN' || commit < 0) return send(group);
  const opening = group[0].replace(/gtid_next='.*'$/, "gtid_next='AUTOMATIC', sql_log_bin=0");
  const rows = await send([opening, ...group.slice(1, commit + 1)]);
  enter('checkpoint');
  const alone = await send([`SET sql_log_bin=1, gtid_next='${gtid}'`, 'BEGIN', 'COMMIT']);
  const rest = group.slice(commit + 1);
  return [...rows.slice(0, -1), alone.at(-1), ...(rest.length === 0 ? [] : await send(rest))];
}
