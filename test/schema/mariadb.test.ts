/** MariaDB's columns by INFORMATION_SCHEMA are what its log says with FULL metadata, hidden ones included. */
import { expect, it } from 'vitest';
import { readColumns } from '../../src/mysql/columns.js';
import { withConnection } from '../../src/mysql/connect.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverCatalog } from '../../src/schema/catalog.js';
import type { SchemaMode } from '../../src/schema/schemas.js';
import { serverLog } from '../../src/source/server.js';
import { headOf, stream } from '../roundtrip/stream.js';
import { type MariadbVersion, startMariadb } from '../servers/mariadb.js';
import { needs } from '../servers/suite.js';
import { sql } from '../source/reading.js';

const never = new AbortController().signal;
const PERIOD = 'row_start, row_end';

/** Name → definition, and the columns that hide behind the declared ones. */
const TABLES: Readonly<Record<string, readonly [definition: string, columns: string, key: string]>> = {
  plain: ['(a int primary key, u uuid, i inet6)', 'a, u, i', 'a'],
  versioned: ['(a int primary key, b int) with system versioning', `a, b, ${PERIOD}`, 'a, row_end'],
  keyless: ['(a int) with system versioning', `a, ${PERIOD}`, ''],
  declared: [
    `(a int primary key, e timestamp(6) generated always as row end, s timestamp(6) generated always as row start invisible,
      period for system_time (s, e)) with system versioning`,
    'a, e, s',
    'a, e',
  ],
  hashed: ['(a int, b blob, c text, unique (b), unique (c))', 'a, b, c, DB_ROW_HASH_1, DB_ROW_HASH_2', ''],
  mixed: [
    '(a int primary key, b blob, unique (b)) with system versioning',
    `a, b, ${PERIOD}, DB_ROW_HASH_1`,
    'a, row_end',
  ],
};

needs('own').describe.each<MariadbVersion>(['11.8', '10.11'])('MariaDB %s', (version) => {
  it('hides the same columns as its log names', async () => {
    await using server = await startMariadb({ version, options: ['--binlog-row-metadata=FULL'] });
    const address = parseServerUrl(server.url);
    await sql(server.url, 'create database hidden character set utf8mb4');
    for (const [name, [definition]] of Object.entries(TABLES)) {
      await sql(server.url, 'use hidden', `create table ${name} ${definition}`);
    }
    const log = serverLog({ address, stopAtEnd: true });
    const from = await headOf(log);
    for (const name of Object.keys(TABLES)) await sql(server.url, 'use hidden', `insert into ${name} (a) values (1)`);
    const none: SchemaMode = { kind: 'none' };
    const current: SchemaMode = { kind: 'assume-current', catalog: serverCatalog(address, never) };
    for (const mode of [none, current]) {
      const found: Record<string, readonly [columns: string, key: string]> = {};
      for await (const { entries } of stream(log, { from, mode })) {
        for (const entry of entries) {
          if (entry.kind !== 'rows') continue;
          const { name, columns, primaryKey } = entry.table;
          found[name] = [namesOf(columns), namesOf(primaryKey.map((i) => columns[i]!))];
        }
      }
      expect(found).toEqual(Object.fromEntries(Object.entries(TABLES).map(([name, [, ...facts]]) => [name, facts])));
    }
    for (const [name, [, columns, key]] of Object.entries(TABLES)) {
      const facts = await withConnection(address, never, (connection) =>
        readColumns(connection, { schema: 'hidden', name }),
      );
      const keyed = facts!.filter(({ keyPosition }) => keyPosition !== null);
      keyed.sort((a, b) => a.keyPosition! - b.keyPosition!);
      expect([name, namesOf(facts!), namesOf(keyed)]).toEqual([name, columns, key]);
    }
  });
});

function namesOf(columns: readonly { name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}
