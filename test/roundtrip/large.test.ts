/** Rows that are wide, long, or larger than a packet: each cell equals what the server holds, by its SHA-256. */
import { createHash } from 'node:crypto';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes } from '../../src/column/changes.js';
import type { Change, Value } from '../../src/core/change.js';
import type { LogSource } from '../../src/core/source.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverLog } from '../../src/source/server.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { compare } from './compare.js';
import { select } from './oracle.js';
import { headOf, stream } from './stream.js';
import type { ColumnSpec, TableSpec } from './tables.js';

const MIB = 2 ** 20;

let server: MysqlServer;
let connection: mysql.Connection;
let log: LogSource;

/** The changes that the statements make. */
async function changesOf(...statements: string[]): Promise<Change[]> {
  const from = await headOf(log);
  for (const sql of statements) await connection.query(sql);
  await connection.query('create table if not exists the_end (id int)');
  const found: Change[] = [];
  for await (const transaction of stream(log, { from })) {
    found.push(...changes(transaction));
    if (found.at(-1)?.kind === 'statement') break;
  }
  await connection.query('drop table the_end');
  return found.filter((change) => change.kind !== 'statement');
}

const sha2 = (value: Value | undefined): string =>
  createHash('sha256')
    .update(value as Uint8Array | string)
    .digest('hex');

needs('own').describe('large rows', () => {
  beforeAll(async () => {
    server = await startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] });
    connection = await mysql.createConnection({ host: server.host, port: server.port, user: server.user });
    await connection.query('create database large');
    await connection.query('use large');
    log = serverLog({ address: parseServerUrl(server.url) });
  });

  afterAll(async () => {
    await connection.end();
    await server.remove();
  });

  it.each([1, 15, 16, 17, 40])('carries a LONGBLOB and a LONGTEXT of %d MiB, and updates of them', async (mib) => {
    await connection.query('create table long_cells (id int primary key, b longblob, t longtext)');
    const around = mib * MIB - 40;
    const values = (salt: string): string =>
      `repeat(unhex(sha2('${salt}', 256)), ${Math.trunc(around / 32)}), repeat(sha2('${salt}', 224), ${Math.trunc(MIB / 56)})`;
    const rows = ['one', 'two'].map((salt, i) => `(${i}, ${values(salt)})`);
    const insert = `insert into long_cells values ${rows.join(', ')}`;
    const inserted = await changesOf(insert);
    const [hashes] = await connection.query('select id, sha2(b, 256) b, sha2(t, 256) t from long_cells order by id');
    expect(inserted.map((change) => ('after' in change ? hashed(change.after) : null))).toEqual(hashes);

    const updated = await changesOf(
      'update long_cells set t = concat(t, id) where id = 1',
      'delete from long_cells where id = 0',
    );
    const [after] = await connection.query('select id, sha2(b, 256) b, sha2(t, 256) t from long_cells');
    expect(updated.map((change) => ('after' in change ? hashed(change.after) : null))).toEqual([
      ...(after as []),
      null,
    ]);
    expect(updated.map((change) => ('before' in change ? hashed(change.before) : null))).toEqual(
      (hashes as []).toReversed(),
    );
    await connection.query('drop table long_cells');
  });

  it('carries a row of 300 columns, every seventh of them NULL', async () => {
    const table = wide(300);
    const from = await headOf(log);
    const values = table.columns.map((_, i) => (i % 7 === 3 && i !== 0 ? 'null' : String(i)));
    const second = table.columns.map((_, i) => (i === 0 ? '1' : i % 5 === 0 ? 'null' : String(i % 100)));
    await connection.query(table.create);
    const sql = `insert into wide values (${values.join(', ')}), (${second.join(', ')})`;
    await connection.query(sql);
    const rows = [...(await select(connection, table)).values()].map((after) => ({ before: null, after }));
    const compared = { values: 0, differences: [] };
    for await (const transaction of stream(log, { from })) {
      if (transaction.sizeBytes === 0 || [...transaction.entries][0]?.kind !== 'rows') continue;
      compare(
        transaction,
        { sql, op: 'insert', table, version: '9.7', rowImage: 'FULL', assigned: new Set(), rows },
        compared,
      );
      break;
    }
    expect(compared).toEqual({ values: 600, differences: [] });
  });
});

function hashed(row: { [column: string]: Value | undefined }): object {
  return { id: row.id, b: sha2(row.b), t: sha2(row.t) };
}

function wide(count: number): TableSpec {
  const types = ['int', 'smallint', 'varchar(9)', 'bigint unsigned', 'decimal(9,3)', 'double', 'char(3)', 'bit(9)'];
  const columns = Array.from({ length: count }, (_, i): ColumnSpec => {
    const sql = i === 0 ? 'int' : types[i % types.length]!;
    const as = (
      {
        bigint: 'bigint',
        varcha: 'text',
        'char(3': 'text',
        decima: 'ascii',
        double: 'double',
        'bit(9)': 'bit',
      } as const
    )[sql.slice(0, 6) as 'bigint'];
    return {
      name: i === 0 ? 'id' : `c${i}`,
      kind: { sql, as: as ?? 'number', boundary: [], random: () => '0', rowBytes: 9 },
      nullable: true,
      invisible: false,
    };
  });
  const create = `create table wide (${columns.map(({ name, kind }) => `${name} ${kind.sql}`).join(', ')})`;
  return { name: 'wide', columns, primaryKey: [], create };
}
