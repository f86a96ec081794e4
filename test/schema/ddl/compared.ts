/** Random statements on a real server, and what we make of its log after each of them. */
import { changed, type SchemaState } from '../../../src/schema/history/state.js';
import { applyStatement } from '../../../src/schema/history/statement.js';
import type { Random } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { type Flavour, Generator, SCHEMAS } from './generator.js';
import { type LoggedStatements, loggedStatements } from './logged.js';
import { differences, Oracle } from './oracle.js';
import { quoted } from './types.js';
import { told } from './untold.js';

export interface Generating {
  readonly flavour: Flavour;
  readonly random: Random;
  readonly statements: number;
}

/** The statements behind which our columns are not the server's, and the differences. */
export async function compared(
  server: DatabaseServer,
  { flavour, random, statements }: Generating,
): Promise<unknown[]> {
  await using oracle = await Oracle.open(server);
  for (const name of SCHEMAS) await oracle.run(`CREATE DATABASE ${quoted(name)}`);
  await oracle.run(`USE ${quoted(SCHEMAS[0])}`);
  if (!flavour.startsWith('mariadb')) await oracle.run("SET sql_mode = ''");
  let ours = await oracle.state();
  const generator = new Generator(random, flavour);
  const log = await loggedStatements(server);
  const found: unknown[] = [];
  let [done, refused, notTold] = [0, 0, 0];
  for (let theirs = ours; done < statements && found.length < 5; ) {
    if (random.chance(0.05)) await oracle.run(`SET sql_mode = '${random.pick(MODES)}'`);
    if (random.chance(0.05)) await oracle.run(`USE ${quoted(random.pick(SCHEMAS))}`);
    const sql = generator.statement(existing(theirs));
    if ((await oracle.run(sql)) !== null) {
      refused++;
      if (refused > statements * 8) throw new Error('hardly anything is accepted');
      // What failed may still have been logged, as far as it got.
    } else done++;
    ours = await followed(ours, log);
    theirs = await oracle.state();
    const { state, untold } = told(ours, theirs);
    const why = differences(state, theirs);
    if (why.length > 0) found.push({ sql, why });
    notTold += untold;
    ours = why.length > 0 ? theirs : state;
  }
  await log.close();
  console.log(
    `${server.version}: ${done} statements, ${refused} refused by the server, ${notTold} the log does not tell`,
  );
  if (notTold > 5 + done / 20) throw new Error('too many tables are unknown');
  return found;
}

/** The state behind all that was logged since the last time. */
export async function followed(before: SchemaState, log: LoggedStatements): Promise<SchemaState> {
  let state = before;
  for (const statement of await log.next()) state = changed(state, applyStatement(state, statement, statement.sql));
  return state;
}

const MODES = ['', 'STRICT_TRANS_TABLES', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'REAL_AS_FLOAT'];

function existing({ tables }: SchemaState) {
  return [...tables].flatMap(([key, table]) => {
    const [schema = '', name = ''] = key.split('\0');
    if (table.kind === 'unknown' || !SCHEMAS.some((each) => each === schema)) return [];
    const { columns, keys } = table.definition;
    return [{ schema, name, columns: columns.map((each) => each.name), keys: keys.map((each) => each.name) }];
  });
}
