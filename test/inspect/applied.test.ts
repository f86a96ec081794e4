/** What is printed of a random workload's whole log, piped into an empty server: the same data. ROWTIDE_SEED=… repeats a run. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { expect } from 'vitest';
import { Random, scaled, seedOf } from '../roundtrip/random.js';
import { type Command, run } from '../servers/command.js';
import type { DatabaseServer } from '../servers/database.js';
import { mariadbTool } from '../servers/mariadb.js';
import { mysqlTool } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { OurTool, Scratch } from './comparison/tools.js';
import { FlashbackWorkload } from './flashback/workload.js';
import { isMariadb, startServer, type Version } from './record.js';

const SCHEMA = 'applied';
const VERSIONS: readonly Version[] = scaled(1) > 1 ? ['9.7', '8.0', '11.8'] : ['9.7', '11.8'];

for (const version of VERSIONS) {
  needs('own').test(`a random workload on ${version}, printed and applied to an empty server`, async () => {
    const start = (name: string): Promise<DatabaseServer> => startServer({ version, name, options: [] });
    const [source, target] = await Promise.all([start('source'), start('target')]);
    await using _source = source;
    await using _target = target;
    await using workload = await FlashbackWorkload.begin({
      server: source,
      version,
      random: new Random(seedOf(`applied ${version}`)),
      schema: SCHEMA,
      tableCount: scaled(5),
      rowsPerTable: 10,
    });
    await workload.run();
    const expected = await checksums(source);
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(workload.tables.length);
    const logs = readdirSync(source.binlogDir).filter((name) => /^binlog\.\d+$/.test(name));
    const client = await clientOf(version);
    using ours = await OurTool.start();
    for (const options of [[], ['-v']]) {
      const script = await printed(ours, [...options, ...logs.map((name) => join(source.binlogDir, name))]);
      await empty(target);
      await run(client, ['--no-defaults', '-h', target.host, '-P', String(target.port), '-u', target.user], {
        input: script,
      });
      expect(await checksums(target)).toEqual(expected);
      const what = `${isMariadb(version) ? 'MariaDB' : 'MySQL'} ${source.version}, ${options.join(' ') || 'plain'}`;
      console.log(`${what}: ${Object.keys(expected).length} tables the same by ${script.length} bytes of text`);
    }
  });
}

function clientOf(version: Version): Promise<Command> {
  return isMariadb(version) ? mariadbTool('mariadb', version) : mysqlTool('mysql');
}

async function printed(ours: OurTool, args: readonly string[]): Promise<Buffer> {
  using scratch = new Scratch();
  const { status, stdout, stderr } = await ours.run({ args }, scratch);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Its GTIDs as well, for a transaction that it knows would be passed over. */
async function empty({ url, version }: DatabaseServer): Promise<void> {
  const connection = await mysql.createConnection(url);
  await connection.query(`drop database if exists ${SCHEMA}`);
  await connection.query(version.startsWith('9.') ? 'reset binary logs and gtids' : 'reset master');
  await connection.end();
}

async function checksums({ url }: DatabaseServer): Promise<Record<string, unknown>> {
  const connection = await mysql.createConnection(url);
  const [tables] = await connection.query<mysql.RowDataPacket[]>(`show tables from ${SCHEMA}`);
  const names = tables.map((row) => connection.escapeId([SCHEMA, String(Object.values(row)[0])].join('.')));
  const [rows] = await connection.query<mysql.RowDataPacket[]>(`checksum table ${names.join(', ')}`);
  await connection.end();
  return Object.fromEntries(rows.map(({ Table, Checksum }) => [String(Table), Checksum]));
}
