/**
 * Rows of every column type arrive as they were: tables over all of them, boundary and random values, inserts, updates
 * and deletes under every BINLOG_ROW_IMAGE, between servers of one flavour and of both. ROWTIDE_SEED=… repeats a run.
 */
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseServerUrl } from '../../../../src/mysql/url.js';
import { serverLog } from '../../../../src/source/server.js';
import { withLiterals } from '../../../inspect/flashback/workload.js';
import { OPAQUE_TABLE } from '../../../roundtrip/documents.js';
import { type Kind, kinds } from '../../../roundtrip/kinds.js';
import { select } from '../../../roundtrip/oracle.js';
import { Random, scaled, seedOf } from '../../../roundtrip/random.js';
import { headOf } from '../../../roundtrip/stream.js';
import { quote, type TableSpec, tables } from '../../../roundtrip/tables.js';
import { statements } from '../../../roundtrip/workload.js';
import { attachedNow } from '../../../schema/attached.js';
import type { DatabaseServer } from '../../../servers/database.js';
import { startMariadb } from '../../../servers/mariadb.js';
import { startMysql } from '../../../servers/mysql.js';
import { needs } from '../../../servers/suite.js';
import { replicate } from './replicate.js';

type Flavour = 'mysql' | 'mariadb';

const OPTIONS = ['--binlog-row-metadata=FULL'];
const VERSIONS = { mysql: '9.7', mariadb: '11.8' } as const;
/** Of MySQL’s types those that MariaDB does not have, or fills by other expressions. */
const OF_ONE_FLAVOUR = { mysql: /^vector/, mariadb: /^(vector|json)/ };

needs('own').describe('rows arrive as they were', () => {
  const servers = new Map<string, DatabaseServer>();
  const serverOf = (flavour: Flavour, role: string): DatabaseServer => servers.get(`${flavour} ${role}`)!;

  beforeAll(async () => {
    const started = ['source', 'target'].flatMap((role) => [
      startMysql({ version: VERSIONS.mysql, options: OPTIONS }).then((server) => servers.set(`mysql ${role}`, server)),
      startMariadb({ version: VERSIONS.mariadb, options: OPTIONS }).then((server) =>
        servers.set(`mariadb ${role}`, server),
      ),
    ]);
    await Promise.all(started);
  });

  afterAll(() => Promise.all([...servers.values()].map((server) => server.remove())));

  for (const from of ['mysql', 'mariadb'] as const) {
    for (const to of ['mysql', 'mariadb'] as const) {
      test(`from ${from} to ${to}`, async () => {
        const name = `${from}_to_${to}`;
        const random = new Random(seedOf(`literals ${name}`));
        // MariaDB wants defaults for invisible columns, and 8.0 is given none.
        const version = from === to ? VERSIONS[from] : '8.0';
        const specs = tables(kindsOf(from, to, random), { random, version, extra: 1 });
        const [source, target] = [serverOf(from, 'source'), serverOf(to, 'target')];
        await using origin = await connect(source, name);
        await using copy = await connect(target, name);
        const opaque = from === 'mysql' ? OPAQUE_TABLE : [];
        for (const sql of [...opaque, ...specs.map(({ create }) => create)]) await origin.query(sql);
        for (const sql of specs.map(({ create }) => createdOn(to, create))) await copy.query(sql);
        const position = await headOf(serverLog({ address: parseServerUrl(source.url) }));
        const mode = await attachedNow(source);
        await execute(origin, specs, { random, from });
        await replicate({ source, target, stream: name, from: position, mode });
        expect(await differences(origin, copy, specs)).toEqual([]);
        if (from === to) expect(await checksums(copy, specs)).toEqual(await checksums(origin, specs));
      });
    }
  }
});

function kindsOf(from: Flavour, to: Flavour, random: Random): Kind[] {
  if (from === to) return kinds(VERSIONS[from], random).map(withLiterals);
  return kinds(VERSIONS.mysql, random)
    .filter(({ sql }) => !OF_ONE_FLAVOUR[from].test(sql))
    .map(withLiterals);
}

/** MariaDB takes no documents that are nested more than 32 times for JSON. */
function createdOn(to: Flavour, create: string): string {
  return to === 'mariadb' ? create.replaceAll('` json ', '` longtext ') : create;
}

async function connect({ host, port, user }: DatabaseServer, schema: string): Promise<mysql.Connection> {
  const connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
  await connection.query("set time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES', innodb_strict_mode = off");
  await connection.query(`create database ${schema} character set utf8mb4`);
  await connection.query(`use ${schema}`);
  return connection;
}

const ROW_IMAGES = ['FULL', 'FULL', 'MINIMAL', 'NOBLOB'] as const;

/** All statements of the workload but the one that empties the table. */
async function execute(
  connection: mysql.Connection,
  specs: readonly TableSpec[],
  { random, from }: { random: Random; from: Flavour },
): Promise<void> {
  const images = from === 'mariadb' ? [...ROW_IMAGES, 'FULL_NODUP'] : ROW_IMAGES;
  for (const table of specs) {
    const all = [...statements(table, { random, rowsPerTable: scaled(30) })];
    for (const { sql } of all.slice(0, -1)) {
      const image = table.primaryKey.length === 0 ? 'FULL' : random.pick(images);
      await connection.query(`set session binlog_row_image = '${image}'`);
      await connection.query(sql);
    }
  }
}

async function differences(
  origin: mysql.Connection,
  copy: mysql.Connection,
  specs: readonly TableSpec[],
): Promise<string[]> {
  const found: string[] = [];
  for (const table of specs) {
    const [expected, written] = [await select(origin, table), await select(copy, table)];
    if (expected.size !== written.size) found.push(`${table.name}: ${written.size} rows of ${expected.size}`);
    for (const [id, cells] of expected) {
      for (const [i, { name, kind }] of table.columns.entries()) {
        const [cell, other] = [shown(cells[i]!, kind), shown(written.get(id)?.[i] ?? null, kind)];
        if (cell !== other) found.push(`${table.name}.${name} (${kind.sql}) of ${id}: ${other}, not ${cell}`);
      }
    }
  }
  return found.slice(0, 20);
}

/** The servers print the same double in other ways. */
function shown(cell: Buffer | null, { as }: Kind): string | null {
  if (cell === null) return null;
  return as === 'double' || as === 'float' ? String(Number(cell.toString())) : cell.toString('latin1');
}

async function checksums(connection: mysql.Connection, specs: readonly TableSpec[]): Promise<unknown[]> {
  const names = specs.map(({ name }) => quote(name)).join(', ');
  const [rows] = await connection.query<mysql.RowDataPacket[]>(`checksum table ${names}`);
  return rows.map(({ Checksum }) => Checksum);
}
