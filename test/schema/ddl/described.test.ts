/** What the history says of a table is what the server itself logs of it with binlog_row_metadata=FULL. */
import { describe, expect } from 'vitest';
import type { Table } from '../../../src/core/table.js';
import { fileLog } from '../../../src/source/files.js';
import { record } from '../../binlog/recording.js';
import { stream } from '../../roundtrip/stream.js';
import { startMariadb } from '../../servers/mariadb.js';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { attachedNow } from '../attached.js';

const COMMON = [
  'create table plain (a int unsigned, b varchar(9) character set latin1, c decimal(9,2) unsigned, d year, primary key (a))',
  'create table keyed (a int, b int not null, c int not null, unique key u (a), unique key v (c), unique key w (b, c))',
  'create table prefixed (a varchar(20) not null, b text not null, primary key (a(3)), unique key (b(5)))',
  'create table partly (a varchar(20) not null, b int not null, unique key (a(3)), unique key (b))',
  'create table computed (a int primary key, b int as (a + 1) virtual, c int as (a + 2) stored, d int)',
  "create table labelled (a enum('x','y''z','ü') character set utf8mb4, b set('p','q') character set latin1)",
  'create table times (a time(3), b datetime, c timestamp(6) null, d date)',
  'create table texts (a tinytext, b text(300), c longtext character set ascii, d blob, e char(3) binary, f binary(5))',
  'create table shapes (a point not null, b geometry, c bit(9), d json)',
  'create table split (a int, b int) partition by hash (a) partitions 3',
  'create table exchanged (a int, b int)',
  'alter table split exchange partition p0 with table exchanged',
  'create table copied like keyed',
  'create table selected select * from labelled',
  'alter table keyed drop key v, add d int unsigned first',
  'alter table times modify c timestamp(3) null first, drop d',
];
const INSERTS = [
  ...[
    'plain',
    'keyed',
    'prefixed',
    'partly',
    'labelled',
    'times',
    'texts',
    'shapes',
    'split',
    'exchanged',
    'copied',
    'selected',
  ],
  ...['computed'],
];
const INSERT: Readonly<Record<string, string>> = {
  numbers: 'do nextval(numbers)',
  prefixed: "insert into prefixed (a, b) values ('a', 'b')",
  partly: "insert into partly (a, b) values ('a', 1)",
  shapes: 'insert into shapes (a) values (point(1, 2))',
  keyed: 'insert into keyed (a, b, c) values (1, 2, 3)',
  copied: 'insert into copied (a, b, c) values (1, 2, 3)',
  plain: 'insert into plain (a) values (1)',
  computed: 'insert into computed (a) values (1)',
};

const SERVERS: readonly {
  name: string;
  own: readonly string[];
  tables: readonly string[];
  start: () => Promise<MysqlServer>;
}[] = [
  {
    name: 'MySQL 9.7',
    own: [
      'create table hidden (a int invisible, b int)',
      'create table functional (a int, b varchar(9), key ((a + 1)), unique key ((lower(b))))',
      'set session sql_generate_invisible_primary_key = on',
      'create table keyless (a int)',
      'set session sql_generate_invisible_primary_key = off',
      'create table vectors (a vector(3))',
    ],
    tables: ['hidden', 'functional', 'keyless', 'vectors'],
    start: () => startMysql({ version: '9.7' }),
  },
  {
    name: 'MySQL 8.0.15',
    // It logs a hidden column for each expression of a key, which nothing else tells: TABLE_MISMATCH.
    own: [],
    tables: [],
    start: () => startMysql({ version: '8.0', gtid: false }),
  },
  {
    name: 'MariaDB',
    own: [
      'create table hidden (a int invisible default 1, b int)',
      'create table versioned (a int primary key) with system versioning',
      'create table long_unique (a text, b varchar(9), unique key (a))',
      'create table ids (a uuid, b inet4, c inet6)',
      'create sequence numbers nocache',
      'create table squeezed (a text compressed, b varchar(99) compressed)',
    ],
    tables: ['hidden', 'versioned', 'long_unique', 'ids', 'numbers', 'squeezed'],
    start: () => startMariadb(),
  },
];

describe('a table by its statements, and by its own description', () => {
  for (const { name, own, tables, start } of SERVERS) {
    needs('own').test(name, async () => {
      await using server = await start();
      let mode: Awaited<ReturnType<typeof attachedNow>> | undefined;
      const paths = await record(server, 'described', async ({ run }) => {
        mode = await attachedNow(server);
        await run('a', ...COMMON, ...own);
        for (const metadata of [name === 'MariaDB' ? 'NO_LOG' : 'MINIMAL', 'FULL']) {
          await run('a', `set global binlog_row_metadata = '${metadata}'`, 'flush tables');
          const all = [...INSERTS, ...tables].map((table) => INSERT[table] ?? `insert into ${table} () values ()`);
          for (const sql of all) await run('b', sql).catch(() => run('b', 'set sql_mode = ""', sql));
          for (const table of [...INSERTS, ...tables]) {
            if (table !== 'numbers') await run('b', `delete from ${table}`);
          }
        }
      });
      const [known, logged] = [new Map<string, Table>(), new Map<string, Table>()];
      for await (const { entries } of stream(fileLog({ paths }), { mode: mode! })) {
        for (const entry of entries) {
          if (entry.kind === 'rows')
            (entry.table.names === 'table-map' ? logged : known).set(entry.table.name, entry.table);
        }
      }
      expect([...known.keys()].sort()).toEqual([...INSERTS, ...tables].sort());
      const of = (table: Table): object => facts(name === 'MariaDB' ? withoutVisible(table) : table);
      const same = [...known].map(([table, description]) => [of(description), of(logged.get(table)!)]);
      expect(same.map(([ours]) => ours)).toEqual(same.map(([, theirs]) => theirs));
    });
  }
});

const YEAR = 13;

/** Nobody logs what is generated, MariaDB not what is visible, and 8.0.15 not that a YEAR has no sign. */
function facts({ name, columns, primaryKey }: Table): object {
  const told = columns.map((column) => ({
    ...column,
    generated: undefined,
    unsigned: column.unsigned || column.type === YEAR,
  }));
  return { name, primaryKey, columns: told };
}

function withoutVisible({ columns, ...table }: Table): Table {
  return { ...table, columns: columns.map((column) => ({ ...column, visible: true })) };
}
