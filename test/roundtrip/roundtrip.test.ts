/**
 * Decoded rows equal what the server's own SELECT returns: tables over every column type, boundary and random values,
 * inserts, updates and deletes under every BINLOG_ROW_IMAGE. ROWTIDE_SEED=… repeats a run.
 */
import mysql from 'mysql2/promise';
import { expect, it } from 'vitest';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverCatalog } from '../../src/schema/catalog.js';
import type { SchemaMode } from '../../src/schema/schemas.js';
import { serverLog } from '../../src/source/server.js';
import { attachedNow } from '../schema/attached.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { type Compared, compare } from './compare.js';
import { OPAQUE_TABLE } from './documents.js';
import { kinds, type Version } from './kinds.js';
import { isMariadb } from './mariadb-kinds.js';
import { Random, scaled, seedOf } from './random.js';
import { headOf, stream } from './stream.js';
import { tables } from './tables.js';
import { execute } from './workload.js';

const never = new AbortController().signal;

/** Where column names come from on each server, as a user of it has to choose. */
const RUNS: readonly { version: Version; metadata: 'FULL' | 'MINIMAL' | 'none' }[] = [
  { version: '9.7', metadata: 'FULL' },
  { version: '8.0', metadata: 'FULL' },
  { version: '8.0', metadata: 'MINIMAL' },
  { version: '5.7', metadata: 'none' },
  { version: '10.11', metadata: 'none' },
  { version: '10.11', metadata: 'FULL' },
  { version: '11.8', metadata: 'FULL' },
  { version: '11.8', metadata: 'MINIMAL' },
];

const nameOf = (version: Version): string => `${isMariadb(version) ? 'MariaDB' : 'MySQL'} ${version}`;

function start(version: Version, options: readonly string[]): Promise<DatabaseServer> {
  switch (version) {
    case '10.11':
    case '11.8':
      return startMariadb({ version, options: ['--log-bin-compress-min-len=10', ...options] });
    default:
      return startMysql({ version, options });
  }
}

needs('own').describe('rows equal what SELECT returns', () => {
  for (const run of RUNS) {
    it(`${nameOf(run.version)}, row metadata ${run.metadata}`, async () => {
      const options = run.metadata === 'none' ? [] : [`--binlog-row-metadata=${run.metadata}`];
      await using server = await start(run.version, options);
      const compared = await roundtrip(server, run);
      expect(compared.differences.slice(0, 20)).toEqual([]);
      expect(compared.values).toBeGreaterThan(60_000);
    });
  }
});

async function roundtrip(server: DatabaseServer, { version, metadata }: (typeof RUNS)[number]): Promise<Compared> {
  const random = new Random(seedOf(`${nameOf(version)} ${metadata}`));
  await using connection = await connect(server);
  const specs = tables(kinds(version, random), { random, version, extra: 4 });
  const opaque = isMariadb(version) ? [] : OPAQUE_TABLE;
  for (const sql of [...opaque, ...specs.map(({ create }) => create)]) await connection.query(sql);
  const log = serverLog({ address: parseServerUrl(server.url) });
  const from = await headOf(log);
  const mode = await schemaMode(server, { version, metadata });
  const executed = await execute(specs, { connection, random, version, rowsPerTable: scaled(120) });
  const compared: Compared = { values: 0, differences: [] };
  const expected = executed.filter(({ rows }) => rows.length > 0);
  for await (const transaction of stream(log, { from, mode })) {
    compare(transaction, expected.shift()!, compared);
    if (expected.length === 0) break;
  }
  console.log(`${nameOf(version)} ${server.version}: ${compared.values} values in ${executed.length} statements`);
  return compared;
}

async function schemaMode(
  server: DatabaseServer,
  { version, metadata }: { version: Version; metadata: string },
): Promise<SchemaMode> {
  const address = parseServerUrl(server.url);
  if (metadata === 'FULL' && !isMariadb(version)) return { kind: 'auto', history: null };
  if (metadata !== 'none') return attachedNow(server);
  return { kind: 'assume-current', catalog: serverCatalog(address, never) };
}

async function connect(server: DatabaseServer): Promise<mysql.Connection> {
  const connection = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user: server.user,
    charset: 'utf8mb4',
  });
  await connection.query("set time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES', innodb_strict_mode = off");
  await connection.query('create database roundtrip character set utf8mb4');
  await connection.query('use roundtrip');
  return connection;
}
