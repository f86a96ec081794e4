/** Where the names of columns come from when the log does not say them, and when nobody can. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { attachCatalog, serverCatalog } from '../../src/schema/catalog.js';
import type { SchemaMode } from '../../src/schema/schemas.js';
import { fileLog } from '../../src/source/files.js';
import { failure, record, told } from '../binlog/recording.js';
import { stream } from '../roundtrip/stream.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';

const never = new AbortController().signal;
const WAYS_OUT = /binlog_row_metadata=FULL.*--schema assume-current.*--schema none/;

needs('own').describe('binlog_row_metadata=FULL', () => {
  it('says everything itself', async () => {
    await using server = await startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] });
    const paths = await record(server, 'full', ({ run }) =>
      run(
        'a',
        `create table t (v varchar(9) character set latin1, \`__proto__\` int unsigned, e enum('ü','x') not null, hidden int invisible,
          b varbinary(5), primary key (e, v(3)))`,
        "insert into t (v, e, `__proto__`) values ('a', 'ü', 4294967295)",
      ),
    );
    const [table] = await tablesOf(paths);
    expect(table).toMatchObject({ schema: 'full', name: 't', names: 'table-map', primaryKey: [2, 0] });
    expect(
      table!.columns.map(({ name, unsigned, nullable, visible, labels }) => ({
        name,
        unsigned,
        nullable,
        visible,
        labels,
      })),
    ).toEqual([
      { name: 'v', unsigned: false, nullable: false, visible: true, labels: null },
      { name: '__proto__', unsigned: true, nullable: true, visible: true, labels: null },
      { name: 'e', unsigned: false, nullable: false, visible: true, labels: ['ü', 'x'] },
      { name: 'hidden', unsigned: false, nullable: true, visible: false, labels: null },
      { name: 'b', unsigned: false, nullable: true, visible: true, labels: null },
    ]);
  });
});

needs('own').describe.each<MysqlVersion>(['8.0', '5.7'])('MySQL %s without names in its log', (version) => {
  let server: MysqlServer;
  let attach: () => Promise<SchemaMode>;
  let assume: SchemaMode;

  beforeAll(async () => {
    server = await startMysql({ version });
    const address = parseServerUrl(server.url);
    attach = async () => ({ kind: 'auto', attached: await attachCatalog(address, never) });
    assume = { kind: 'assume-current', catalog: serverCatalog(address, never) };
  });
  afterAll(() => server.remove());

  const create =
    "create table t (id int unsigned primary key, name varchar(20) character set latin1, e enum('a''b','c\\\\d'))";
  const insert = "insert into t values (4294967295, 'ü', 2)";

  it('auto: stops where nothing is known, and names the ways out', async () => {
    const paths = await record(server, 'nothing_known', ({ run }) => run('a', create, insert));
    expect(await failure(paths)).toMatchObject({
      code: 'TABLE_UNKNOWN',
      message: expect.stringMatching(
        /^binlog\.\d+:\d+ \(TABLE_MAP_EVENT\): columns of nothing_known\.t are not known: the log does not describe them$/,
      ),
      hint: expect.stringMatching(WAYS_OUT),
    });
  });

  it('auto: takes the columns that were read where the stream attached, for what comes behind', async () => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, 'attached', async ({ run }) => {
      await run('a', create, 'flush binary logs');
      mode = await attach();
      await run('a', insert);
    });
    expect(await told(paths, { mode: mode! })).toEqual([
      'transaction',
      `  ${create}`,
      'transaction',
      '  insert t 4294967295,ü,c\\d',
    ]);
    const [table] = await tablesOf(paths, mode!);
    expect(table).toMatchObject({ names: 'information-schema', primaryKey: [0] });
    expect(table!.columns.map(({ name, unsigned, labels }) => ({ name, unsigned, labels }))).toEqual([
      { name: 'id', unsigned: true, labels: null },
      { name: 'name', unsigned: false, labels: null },
      { name: 'e', unsigned: false, labels: ["a'b", 'c\\d'] },
    ]);
  });

  it('auto: stops at rows that are older than what was read', async () => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, 'older', async ({ run }) => {
      await run('a', create, insert);
      mode = await attach();
    });
    expect(await failure(paths, { mode: mode! })).toMatchObject({
      code: 'TABLE_UNKNOWN',
      message: expect.stringContaining('these rows are older than what was read from the server'),
      hint: expect.stringMatching(WAYS_OUT),
    });
  });

  it.each([
    [
      'an ALTER TABLE',
      'alter table t add column more int',
      'a statement after its columns were read may have changed them',
    ],
    ['a RENAME', 'rename table t to u', 'it was made after the columns of all tables were read'],
    ['a new table', 'create table u like t', 'it was made after the columns of all tables were read'],
  ])('auto: stops at rows behind %s that came after it attached', async (what, ddl, why) => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, what.replaceAll(' ', '_'), async ({ run }) => {
      await run('a', create);
      mode = await attach();
      await run(
        'a',
        insert,
        ddl,
        ddl.includes(' u') ? 'insert into u values (1, 2, 1)' : 'insert into t values (1, 2, 1, 3)',
      );
    });
    expect(await failure(paths, { mode: mode! })).toMatchObject({
      code: 'TABLE_UNKNOWN',
      message: expect.stringContaining(why),
    });
  });

  it('auto: goes on behind statements about other tables', async () => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, 'other_tables', async ({ run }) => {
      await run('a', create);
      mode = await attach();
      await run('a', 'create table another_one (id int)', 'drop table another_one', insert);
    });
    expect((await told(paths, { mode: mode! })).at(-1)).toBe('  insert t 4294967295,ü,c\\d');
  });

  it('assume-current: takes the columns as they are now, and says so', async () => {
    const paths = await record(server, 'assumed', ({ run }) =>
      run('a', create, insert, 'alter table t rename u', 'rename table u to t'),
    );
    expect((await told(paths, { mode: assume }))[3]).toBe('  insert t 4294967295,ü,c\\d');
    const [table] = await tablesOf(paths, assume);
    expect(table!.names).toBe('assumed');
  });

  it.each([
    ['another count of columns', 'add column more int', 'the event has 3 columns, the table 4'],
    ['another type', 'modify name int', 'column name is int'],
    [
      'another length',
      'modify name varchar(21) character set latin1',
      'column name is varchar(21), in the event VARCHAR (20)',
    ],
  ])('assume-current: refuses a table that has %s now', async (what, alter, why) => {
    const paths = await record(server, what.replaceAll(' ', '_'), ({ run }) =>
      run('a', create, "insert into t values (1, '2', 1)", `alter table t ${alter}`),
    );
    expect(await failure(paths, { mode: assume })).toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(why),
      hint: expect.stringMatching(WAYS_OUT),
    });
  });

  it('assume-current: refuses a table that is gone', async () => {
    const paths = await record(server, 'gone', ({ run }) => run('a', create, insert, 'drop table t'));
    expect(await failure(paths, { mode: assume })).toMatchObject({
      code: 'TABLE_UNKNOWN',
      message: expect.stringContaining('the table does not exist any more'),
    });
  });

  it('none: numbers the columns, and gives what the bytes alone say', async () => {
    const paths = await record(server, 'numbered', ({ run }) => run('a', create, insert));
    const [table] = await tablesOf(paths, { kind: 'none' });
    expect(table).toMatchObject({ names: 'ordinal', primaryKey: [] });
    expect(table!.columns.map(({ name }) => name)).toEqual(['@1', '@2', '@3']);
    // 8.0 logs signs and collations even so; 5.7 does not.
    const expected = version === '8.0' ? '  insert t 4294967295,ü,2' : '  insert t -1,252,2';
    expect((await told(paths, { mode: { kind: 'none' } })).at(-1)).toBe(expected);
  });
});

async function tablesOf(paths: readonly string[], mode?: SchemaMode): Promise<Table[]> {
  const tables: Table[] = [];
  for await (const transaction of stream(fileLog({ paths }), mode === undefined ? {} : { mode })) {
    for (const entry of transaction.entries) if (entry.kind === 'rows') tables.push(entry.table);
  }
  return tables;
}
