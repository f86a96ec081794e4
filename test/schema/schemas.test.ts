/** Where the names of columns come from when the log does not say them, and when nobody can. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Table } from '../../src/core/table.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { serverCatalog } from '../../src/schema/catalog.js';
import type { SchemaMode } from '../../src/schema/schemas.js';
import { fileLog } from '../../src/source/files.js';
import { failure, record, told } from '../binlog/recording.js';
import { stream } from '../roundtrip/stream.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { attachedNow, nothingAttached } from './attached.js';

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
    attach = () => attachedNow(server);
    assume = { kind: 'assume-current', catalog: serverCatalog(address, never) };
  });
  afterAll(() => server.remove());

  const create =
    "create table t (id int unsigned primary key, name varchar(20) character set latin1, e enum('a''b','c\\\\d'))";
  const insert = "insert into t values (4294967295, 'ü', 2)";

  it('auto: stops where nothing is known, and names the ways out', async () => {
    let later: string[] = [];
    await record(server, 'nothing_known', async ({ run }) => {
      await run('a', create);
      later = await record(server, 'elsewhere', () => run('a', insert));
    });
    const error = { code: 'TABLE_UNKNOWN', hint: expect.stringMatching(WAYS_OUT) };
    const message = (why: string) =>
      expect.stringMatching(
        new RegExp(`^binlog\\.\\d+:\\d+ \\(TABLE_MAP_EVENT\\): columns of nothing_known\\.t are not known: ${why}$`),
      );
    expect(await failure(later, { mode: { kind: 'auto', history: null } })).toMatchObject({
      ...error,
      message: message('the log does not describe them'),
    });
    expect(await failure(later, { mode: await nothingAttached() })).toMatchObject({
      ...error,
      message: message('the log does not describe them'),
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

  it('auto: takes the columns of a table by the statement that makes it', async () => {
    const paths = await record(server, 'made', async ({ run }) => {
      await run('a', create, insert, 'alter table t drop e, add hidden int first', 'insert into t values (7, 1, "x")');
    });
    // From files alone, nobody knows the ids of collations: only 8.0 logs them.
    const error = await failure(paths, { mode: await nothingAttached() });
    if (version === '8.0') expect(error).toBeNull();
    else
      expect(error).toMatchObject({
        message: expect.stringContaining('the character set of made.t.name is not known'),
      });
    const mode = await attach();
    expect((await told(paths, { mode })).at(1)).toBe(`  ${create}`);
    expect((await namesOf(paths, await attach())).at(-1)).toEqual(['hidden', 'id', 'name']);
  });

  it.each([
    [
      'an ALTER TABLE',
      ['alter table t add column more int'],
      'insert into t values (1, 2, 1, 3)',
      ['id', 'name', 'e', 'more'],
    ],
    [
      'columns that change places',
      ['alter table t modify e int first'],
      'insert into t values (1, 1, 2)',
      ['e', 'id', 'name'],
    ],
    ['a RENAME', ['rename table t to u'], 'insert into u values (1, 2, 1)', ['id', 'name', 'e']],
    ['a new table', ['create table u like t'], 'insert into u values (1, 2, 1)', ['id', 'name', 'e']],
    [
      'a swap',
      ['create table u (other int, e int)', 'rename table t to x, u to t, x to u'],
      'insert into t values (1, 2)',
      ['other', 'e'],
    ],
  ])('auto: follows %s', async (what, ddl, sql, names) => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, what.replaceAll(' ', '_'), async ({ run }) => {
      await run('a', create);
      mode = await attach();
      await run('a', insert, ...ddl, sql);
    });
    expect(await namesOf(paths, mode!)).toEqual([['id', 'name', 'e'], names]);
  });

  it('auto: stops at rows of a table whose statement it does not understand', async () => {
    let mode: SchemaMode | undefined;
    const paths = await record(server, 'not_understood', async ({ run }) => {
      await run('a', create, 'create table v (e enum("x") character set ucs2)');
      mode = await attach();
      await run('a', 'alter table v convert to character set latin1', insert, 'insert into v values (1)');
    });
    expect(await failure(paths, { mode: mode! })).toMatchObject({
      code: 'DDL_UNKNOWN',
      message: expect.stringMatching(
        /columns of not_understood\.v are not known: the statement at binlog\.\d+:\d+ is not understood: labels of e are converted/,
      ),
      hint: expect.stringMatching(WAYS_OUT),
    });
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

async function namesOf(paths: readonly string[], mode: SchemaMode): Promise<string[][]> {
  return (await tablesOf(paths, mode)).map(({ columns }) => columns.map(({ name }) => name));
}

async function tablesOf(paths: readonly string[], mode?: SchemaMode): Promise<Table[]> {
  const tables: Table[] = [];
  for await (const transaction of stream(fileLog({ paths }), mode === undefined ? {} : { mode })) {
    for (const entry of transaction.entries) if (entry.kind === 'rows') tables.push(entry.table);
  }
  return tables;
}
