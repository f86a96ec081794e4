import { basename } from 'node:path';
import type { Passed, PassedStatement, Recovery } from '../../daemon/recovery.js';
import { visible } from '../../format/visible.js';

export interface Recovering {
  readonly target: string;
  /** Names of all files of the archive. */
  readonly files: readonly string[];
}

/** What is to be done, a line for each fact. */
export function recoveryText({ executed, files, survey }: Recovery, { target, files: all }: Recovering): string {
  const { transactions, bytes, first, last, statements, leftOut } = survey;
  const lines: [string, string][] = [
    ['target', `${target} has ${executed.isEmpty ? 'no transactions' : executed.toString()}`],
    ['archive', `${rangeOf(files.map((file) => basename(file)))}, of ${rangeOf(all)}`],
    ['to apply', `${transactions} transactions, ${bytes} bytes`],
  ];
  if (first !== null) lines.push(['first', placeText(first)]);
  if (last !== null) lines.push(['last', placeText(last)]);
  for (const statement of statements) lines.push(['statement', statementText(statement)]);
  lines.push(['stops', leftOut === null ? 'behind the last' : `before ${statementText(leftOut)}`]);
  return lines.map(([name, text]) => `${name.padEnd(11)} ${text}\n`).join('');
}

function rangeOf(names: readonly string[]): string {
  const [first = '', last = first] = [names[0], names.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}

function placeText({ gtid, committedAtUs }: Passed): string {
  return `${gtid}  ${new Date(committedAtUs / 1000).toISOString()}`;
}

const SQL_SHOWN_MAX = 200;

function statementText({ sql, ...place }: PassedStatement): string {
  if (sql === null) return placeText(place);
  const line = visible(sql.replaceAll(/\s*\n\s*/g, ' ').trim());
  return `${placeText(place)}  ${line.length > SQL_SHOWN_MAX ? `${line.slice(0, SQL_SHOWN_MAX)}…` : line}`;
}
