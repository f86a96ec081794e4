/**
 * The columns that statements make are those that the server has: after each of them, what we know by the words of the
 * log alone equals INFORMATION_SCHEMA. ROWTIDE_SEED=… repeats a run.
 */
import { describe, expect } from 'vitest';
import { changed, type SchemaState } from '../../../src/schema/history/state.js';
import { applyStatement } from '../../../src/schema/history/statement.js';
import { Random, seedOf } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { type Flavour, Generator, SCHEMAS } from './generator.js';
import { loggedStatements } from './logged.js';
import { differences, Oracle } from './oracle.js';
import { quoted } from './types.js';

const SERVERS: readonly { flavour: Flavour; statements: number; start: () => Promise<DatabaseServer> }[] = [
  { flavour: 'mysql-9.7', statements: 400, start: () => startMysql({ version: '9.7' }) },
  { flavour: 'mysql-8.0', statements: 40, start: () => startMysql({ version: '8.0', gtid: false }) },
  { flavour: 'mysql-5.7', statements: 40, start: () => startMysql({ version: '5.7', gtid: false }) },
  { flavour: 'mariadb', statements: 40, start: () => startMariadb() },
];

describe('after each statement, our columns are those of INFORMATION_SCHEMA', () => {
  for (const { flavour, statements, start } of SERVERS) {
    needs('own').test(
      flavour,
      async () => {
        const random = new Random(seedOf(flavour));
        await using server = await start();
        expect(
          await compared(server, { flavour, random, statements: Number(process.env.ROWTIDE_DDL ?? statements) }),
        ).toEqual([]);
      },
      600_000,
    );
  }
});

interface Generating {
  readonly flavour: Flavour;
  readonly random: Random;
  readonly statements: number;
}

async function compared(server: DatabaseServer, { flavour, random, statements }: Generating): Promise<unknown[]> {
  await using oracle = await Oracle.open(server);
  for (const name of SCHEMAS) await oracle.run(`CREATE DATABASE ${quoted(name)}`);
  await oracle.run(`USE ${quoted(SCHEMAS[0])}`);
  if (flavour !== 'mariadb') await oracle.run("SET sql_mode = ''");
  let ours = await oracle.state();
  const generator = new Generator(random, flavour);
  const log = await loggedStatements(server);
  const found: unknown[] = [];
  let [done, refused] = [0, 0];
  for (let theirs = ours; done < statements && found.length < 5; ) {
    if (random.chance(0.05)) await oracle.run(`SET sql_mode = '${random.pick(MODES)}'`);
    if (random.chance(0.05)) await oracle.run(`USE ${quoted(random.pick(SCHEMAS))}`);
    const sql = generator.statement(existing(theirs));
    if ((await oracle.run(sql)) !== null) {
      refused++;
      if (refused > statements * 8) throw new Error('hardly anything is accepted');
      // What failed may still have been logged, as far as it got.
    } else done++;
    for (const statement of await log.next()) ours = changed(ours, applyStatement(ours, statement, statement.sql));
    theirs = await oracle.state();
    const why = differences(ours, theirs);
    if (why.length > 0) {
      found.push({ sql, why });
      ours = theirs;
    }
  }
  await log.close();
  console.log(`${server.version}: ${done} statements, ${refused} refused by the server`);
  return found;
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
