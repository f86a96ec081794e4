/** What transactions the assembler makes of logs that real servers wrote; and at what it stops, by name. */
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { GtidSet } from '../../src/core/gtid.js';
import type { Position } from '../../src/core/position.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { PositionFold } from '../../src/pipeline/fold.js';
import { fileLog } from '../../src/source/files.js';
import { serverLog } from '../../src/source/server.js';
import { headOf, stream } from '../roundtrip/stream.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { eventOf, eventsOf, failure, fileOf, gtidsIn, record, told } from './recording.js';

const never = new AbortController().signal;
const VERSIONS: readonly MysqlVersion[] = ['9.7', '8.0', '5.7'];

describe.each(VERSIONS)('MySQL %s', (version) => {
  let server: MysqlServer;
  const options = version === '5.7' ? { mode: { kind: 'none' } as const } : {};

  beforeAll(async () => {
    const metadata = version === '5.7' ? [] : ['--binlog-row-metadata=FULL'];
    server = await startMysql({ version, options: metadata });
  });
  afterAll(() => server.remove());

  const tables = ['create table i (a int) engine=innodb', 'create table m (a int) engine=myisam'];
  /** What files of such a recording hold behind the tables. */
  const toldOf = async (paths: readonly string[]): Promise<string[]> => (await told(paths, options)).slice(4);

  it('gives one transaction for each commit, with its rows in order', async () => {
    const paths = await record(server, 'rows_in_order', async ({ run }) => {
      await run('a', ...tables);
      await run('a', 'insert into i values (1), (2)', 'begin', 'insert into i values (3)');
      await run('b', 'insert into i values (4)');
      await run('a', 'update i set a = 30 where a = 3', 'delete from i where a = 1', 'commit');
    });
    expect(await toldOf(paths)).toEqual([
      'transaction',
      '  insert i 1',
      '  insert i 2',
      'transaction',
      '  insert i 4',
      'transaction',
      '  insert i 3',
      '  update i 3 → 30',
      '  delete i 1',
    ]);
  });

  it('gives nothing of what was rolled back, as a whole or to a savepoint', async () => {
    const paths = await record(server, 'rolled_back', async ({ run }) => {
      await run('a', ...tables);
      await run('a', 'begin', 'insert into i values (1)', 'rollback');
      await run('a', 'begin', 'insert into i values (1)', 'savepoint s', 'insert into i values (2)', 'rollback to s');
      await run(
        'a',
        'savepoint t',
        'insert into i values (3)',
        'release savepoint t',
        'insert into i values (4)',
        'commit',
      );
    });
    expect(await toldOf(paths)).toEqual(['transaction', '  insert i 1', '  insert i 3', '  insert i 4']);
  });

  it('gives DDL and account statements as they were logged', async () => {
    const paths = await record(server, 'ddl', async ({ run }) => {
      await run('a', ...tables);
      await run('a', 'insert into i values (1)', 'alter table i add column b int', 'insert into i values (2, 22)');
      await run('a', 'truncate table i', 'create index x on i (b)', 'drop table m');
      await run('a', 'create view v as select * from i', "create user ddl_user identified by 'secret'");
    });
    const lines = await toldOf(paths);
    expect(lines.slice(0, 8)).toEqual([
      'transaction',
      '  insert i 1',
      'transaction',
      '  alter table i add column b int',
      'transaction',
      '  insert i 2,22',
      'transaction',
      '  truncate table i',
    ]);
    expect(lines.slice(8).filter((line) => line !== 'transaction')).toEqual([
      '  create index x on i (b)',
      expect.stringMatching(/^ {2}DROP TABLE `m`/),
      expect.stringMatching(/VIEW `?v`? AS select/i),
      expect.stringMatching(/^ {2}CREATE USER 'ddl_user'@'%' IDENTIFIED WITH '\w+' AS /),
    ]);
    expect(lines.join()).not.toContain('secret');
  });

  it('does not see temporary tables', async () => {
    const paths = await record(server, 'temporary_tables', async ({ run }) => {
      await run('a', ...tables);
      await run('a', 'create temporary table t (a int)', 'insert into t values (1), (2)', 'update t set a = a + 10');
      await run('a', 'begin', 'insert into i select * from t', 'delete from t', 'commit', 'drop temporary table t');
    });
    const lines = await toldOf(paths);
    expect(lines.slice(0, 3)).toEqual(['transaction', '  insert i 11', '  insert i 12']);
    for (const line of lines.slice(3)) expect(line).toMatch(/^transaction$|DROP .*TEMPORARY/);
  });

  it('gives an XA transaction where it commits, and counts it among the held ones until then', async () => {
    const paths = await record(server, 'xa', async ({ run }) => {
      await run('a', ...tables);
      await run('a', "xa start 'one'", 'insert into i values (1)', "xa end 'one'", "xa prepare 'one'");
      await run('b', "xa start 'two', 'branch', 7", 'insert into i values (2)', "xa end 'two', 'branch', 7");
      await run('b', "xa prepare 'two', 'branch', 7");
      await run('c', 'insert into i values (3)');
      await run('a', "xa commit 'one'");
      await run('c', 'insert into i values (4)');
      await run('b', "xa rollback 'two', 'branch', 7");
      await run('a', "xa start 'three'", 'insert into i values (5)', "xa end 'three'", "xa commit 'three' one phase");
      await run('a', "xa start 'four'", 'insert into i values (6)', "xa end 'four'", "xa rollback 'four'");
    });
    const [one, two] = ["X'6f6e65',X'',1", "X'74776f',X'6272616e6368',7"];
    expect(await toldOf(paths)).toEqual([
      `transaction, holding ${one} ${two}`,
      '  insert i 3',
      `transaction, prepared as ${one}, holding ${two}`,
      '  insert i 1',
      `transaction, holding ${two}`,
      '  insert i 4',
      `transaction, prepared as ${two}`,
      'transaction',
      '  insert i 5',
    ]);
  });

  it('resumes from every position, also while XA transactions are prepared, over rotations and a restart', async () => {
    const paths = await record(server, 'xa_resumed', async ({ run, close }) => {
      await run('a', ...tables);
      await run('a', "xa start 'one'", 'insert into i values (1)', "xa end 'one'", "xa prepare 'one'");
      await run('b', "xa start 'two'", 'insert into i values (2)', "xa end 'two'", "xa prepare 'two'");
      await run('c', 'insert into i values (3)', 'flush binary logs', 'insert into i values (4)');
      await close();
      await server.restart();
      await run('c', "xa commit 'one'", 'flush binary logs', 'insert into i values (5)', "xa commit 'two'");
      await run('c', 'insert into i values (6)');
    });
    const all = await told(paths, options);
    expect(all.filter((line) => line.startsWith('  insert'))).toEqual([3, 4, 1, 5, 2, 6].map((a) => `  insert i ${a}`));
    for (const from of await positions(paths, 'file'))
      expect(await told(paths, { ...options, from })).toEqual(rest(all, from));
    for (const from of await positions(paths, 'gtid'))
      expect(await told(paths, { ...options, from })).toEqual(rest(all, from));
    const address = parseServerUrl(server.url);
    for (const from of await positions(paths, 'gtid')) {
      const wanted = rest(all, from).filter((line) => line.startsWith('transaction')).length;
      const found: string[] = [];
      const source = await serverLog({ address }).identity(never);
      const log =
        from.log.kind === 'gtid' ? { ...from.log, executed: from.log.executed.union(await purgedBefore()) } : from.log;
      if (wanted === 0) continue;
      for await (const transaction of stream(serverLog({ address }), { ...options, from: { ...from, source, log } })) {
        found.push(transaction.span.file);
        if (found.length === wanted) break;
      }
      expect(found.length).toBe(wanted);
    }

    /** What the server did before the recording. */
    async function purgedBefore(): Promise<GtidSet> {
      const [first] = await gtidsIn(paths).catch(() => gtidsInByName(paths));
      const [uuid, sequence] = first!.split(':');
      return GtidSet.parse(sequence === '1' ? '' : `${uuid}:1-${BigInt(sequence!) - 1n}`);
    }
  });

  /** The position after each transaction, as a pipeline folds it. */
  async function positions(paths: readonly string[], kind: 'file' | 'gtid'): Promise<(Position & { count: number })[]> {
    const source = await fileLog({ paths }).identity(never);
    const tail = await fileLog({ paths }).tail(never);
    const start: Position = { source, log: kind === 'file' ? tail : { kind, executed: GtidSet.empty }, held: [] };
    const fold = new PositionFold(start);
    const found = [{ ...start, count: 0 }];
    for await (const transaction of stream(fileLog({ paths }), { ...options, from: start })) {
      fold.add(transaction);
      found.push({ ...fold.take(), count: found.length });
    }
    return found;
  }

  async function gtidsInByName(paths: readonly string[]): Promise<string[]> {
    const gtids: string[] = [];
    for await (const { gtid } of stream(fileLog({ paths }), options)) gtids.push(`${gtid!.uuid}:${gtid!.sequence}`);
    return gtids;
  }

  /** The lines behind the first `count` transactions. */
  function rest(lines: readonly string[], { count }: { count: number }): string[] {
    const begins = lines.flatMap((line, i) => (line.startsWith('transaction') ? [i] : []));
    return lines.slice(begins[count] ?? lines.length);
  }

  it('names an XA COMMIT whose XA PREPARE lies before the position', async () => {
    const paths = await record(server, 'xa_cut', async ({ run }) => {
      await run('a', ...tables, "xa start 'cut'", 'insert into i values (1)', "xa end 'cut'", "xa prepare 'cut'");
      await run('b', 'flush binary logs');
      await run('a', "xa commit 'cut'");
    });
    expect(await failure(paths.slice(1), options)).toMatchObject({
      code: 'LOG_GAP',
      message: expect.stringMatching(/^binlog\.\d+:\d+ \(QUERY_EVENT\): XA COMMIT X'637574',X'',1, but its XA PREPARE/),
    });
  });

  const STATEMENTS = {
    INSERT: 'insert into i values (7)',
    UPDATE: 'update i set a = 8',
    DELETE: 'delete from i where a = 1',
    REPLACE: 'replace into i values (9)',
    'INSERT … SELECT': 'insert into i select a + 1 from i',
    'INSERT behind a comment': '/* hint */ insert into i values (10)',
    'LOAD DATA': "load data infile '/etc/hostname' into table m (@x) set a = 5",
    'SELECT of a function that writes': 'select f()',
    'SET to a function that writes': 'set @x = f()',
    'DO of a function that writes': 'do f()',
    'CALL of a procedure that writes': 'call p()',
  };
  it.each(Object.entries(STATEMENTS))('stops at %s that is logged as a statement', async (what, sql) => {
    const paths = await record(server, `statement_${Object.keys(STATEMENTS).indexOf(what)}`, async ({ run }) => {
      await run('a', ...tables, 'insert into i values (1)');
      await run(
        'a',
        'create function f() returns int deterministic modifies sql data begin insert into i values (6); return 1; end',
      );
      await run('a', 'create procedure p() begin insert into i values (6); end');
      await run('a', "set session binlog_format = 'STATEMENT'", sql);
    });
    expect(await failure(paths, options)).toMatchObject({
      code: 'STATEMENT_LOGGED',
      message: expect.stringMatching(/^binlog\.\d+:\d+ \(\w+\): rows were changed by a logged statement/),
      hint: expect.stringContaining('binlog_format'),
      retryable: false,
    });
  });

  it('is not stopped by statements that only look like row changes', async () => {
    const paths = await record(server, 'not_row_changes', async ({ run }) => {
      await run('a', "set session binlog_format = 'STATEMENT'", ...tables);
      await run('a', "create table s (`select` int comment 'select insert', b varchar(20) default 'insert select')");
      await run('a', 'create view w as select a from i', 'create procedure q() insert into i values (1)');
      await run(
        'a',
        'create trigger tr after insert on i for each row insert into m values (new.a)',
        'analyze table i',
      );
    });
    expect(await failure(paths, options)).toBeNull();
  });

  it.each([1, 5000, 2 ** 30])('gives the same entries with %d bytes of memory', async (memoryBytesMax) => {
    const name = `spooled_${memoryBytesMax}`;
    const paths = await record(server, name, async ({ run }) => {
      await run('a', 'create table big (id int primary key, b text)', 'begin');
      for (let i = 0; i < 60; i++) {
        await run('a', `insert into big values (${i}, repeat('${i} ', 200))`);
        if (i === 20) await run('a', 'savepoint s');
        if (i === 40) await run('a', 'rollback to s');
        if (i === 50) await run('a', 'update big set b = concat(b, id)');
      }
      await run('a', 'commit');
      await run('a', ...(version === '9.7' ? ['set session binlog_transaction_compression = on'] : []));
      await run(
        'a',
        "update big set b = concat('x', b)",
        'begin',
        'delete from big',
        'rollback',
        'delete from big where id < 5',
      );
    });
    const inMemory = await told(paths, options);
    expect(inMemory.filter((line) => line.startsWith('  update'))).toHaveLength(31 + 40);
    expect(await told(paths, { ...options, memoryBytesMax })).toEqual(inMemory);
  });

  it('stops at an event that is not known, and passes one that may be ignored', async () => {
    const paths = await record(server, 'unknown', ({ run }) => run('a', ...tables, 'insert into i values (1)'));
    const events = eventsOf(paths[0]!);
    const all = await told(paths, options);
    const known = fileOf([...events.slice(0, -1), eventOf(250, Buffer.from('what is this'), type.FLAG_IGNORABLE)]);
    expect(await told([known], options)).toEqual(all);
    const unknown = fileOf([...events.slice(0, -1), eventOf(250, Buffer.from('what is this'))]);
    expect(await failure([unknown], options)).toMatchObject({
      code: 'EVENT_UNKNOWN',
      message: expect.stringMatching(/^binlog\.000001:\d+ \(event type 250\): event type 250 is not known/),
      hint: expect.stringMatching(/position is still before it.*newer Rowtide/s),
    });
  });

  it('stops at an incident, with what the server says of it', async () => {
    const paths = await record(server, 'incident', ({ run }) => run('a', ...tables));
    const events = eventsOf(paths[0]!);
    const body = Buffer.concat([Buffer.from([1, 0, 12]), Buffer.from('lost my disk')]);
    const path = fileOf([...events.slice(0, -1), eventOf(type.INCIDENT_EVENT, body)]);
    expect(await failure([path], options)).toMatchObject({
      code: 'SOURCE_INCIDENT',
      message: expect.stringMatching(/^binlog\.000001:\d+ \(INCIDENT_EVENT\): .*missing here: lost my disk/),
    });
  });

  it('stops where a file ends inside a transaction', async () => {
    const paths = await record(server, 'cut', ({ run }) => run('a', ...tables, 'insert into i values (1)'));
    const events = eventsOf(paths[0]!);
    const path = fileOf([...events.slice(0, -2), events.at(-1)!]);
    expect(await failure([path], options)).toMatchObject({
      code: 'EVENT_MALFORMED',
      message: expect.stringContaining('ends inside a transaction'),
    });
  });
});

describe.each(VERSIONS)('MySQL %s without GTIDs', (version) => {
  let server: MysqlServer;
  const options = version === '5.7' ? { mode: { kind: 'none' } as const } : {};
  const tables = ['create table i (a int) engine=innodb', 'create table m (a int) engine=myisam'];
  const toldOf = async (paths: readonly string[]): Promise<string[]> => (await told(paths, options)).slice(4);

  beforeAll(async () => {
    const metadata = version === '5.7' ? [] : ['--binlog-row-metadata=FULL'];
    server = await startMysql({ version, gtid: false, options: metadata });
  });
  afterAll(() => server.remove());

  it('gives rows of tables without transactions at once, and keeps them when the rest is rolled back', async () => {
    const paths = await record(server, 'not_transactional', async ({ run }) => {
      await run('a', ...tables);
      await run('a', 'insert into m values (1), (2)', 'update m set a = a * 10', 'delete from m where a = 10');
      await run('a', 'begin', 'insert into i values (1)', 'savepoint s', 'insert into m values (2)');
      await run('a', 'insert into i values (3)', 'rollback to s', 'insert into i values (4)', 'commit');
      await run('a', 'begin', 'insert into i values (5)', 'insert into m values (6)', 'rollback');
    });
    expect(await toldOf(paths)).toEqual([
      'transaction',
      '  insert m 1',
      '  insert m 2',
      'transaction',
      '  update m 1 → 10',
      '  update m 2 → 20',
      'transaction',
      '  delete m 10',
      'transaction',
      '  insert m 2',
      'transaction',
      '  insert i 1',
      '  insert i 4',
      'transaction',
      '  insert m 6',
    ]);
  });

  it('takes back what a logged ROLLBACK TO names, however the name is typed there', async () => {
    const paths = await record(server, 'savepoints', async ({ run }) => {
      // Dropping a temporary table cannot be rolled back, so the server logs all of it, and what it took back, too.
      await run('a', ...tables, 'create temporary table t (a int)', 'begin', 'insert into i values (1)');
      await run('a', 'savepoint Élan', 'insert into i values (2)', 'drop temporary table t', 'rollback to elan');
      await run('a', 'insert into i values (3)', 'commit');
      await run('a', 'create temporary table t (a int)', 'begin', 'insert into i values (4)');
      await run('a', 'drop temporary table t', 'rollback');
    });
    const rows = (await toldOf(paths)).filter((line) => line.startsWith('  insert'));
    expect(rows).toEqual(['  insert i 1', '  insert i 3']);
  });

  it('gives CREATE TABLE … SELECT as a table and its rows', async () => {
    const paths = await record(server, 'ctas', ({ run }) =>
      run('a', ...tables, 'insert into i values (1), (2)', 'create table c select a, a + 1 b from i'),
    );
    const lines = (await toldOf(paths)).map((line) => line.split('\n')[0]);
    expect(lines.slice(3).filter((line) => line !== 'transaction')).toEqual([
      '  CREATE TABLE `c` (',
      '  insert c 1,2',
      '  insert c 2,3',
    ]);
  });

  it.each([
    'create table copied select a from i',
    'create table if not exists copied (b int comment "none") /* here */ as (select a from i)',
    ...(version === '9.7' ? ['create table copied table i', 'create table copied values row(1)'] : []),
  ])('stops at a table that is made of a query in a logged statement: %s', async (sql) => {
    const name = `copied_${sql.length}`;
    const paths = await record(server, name, ({ run }) =>
      run('a', ...tables, "set session binlog_format = 'STATEMENT'", sql),
    );
    expect(await failure(paths, options)).toMatchObject({ code: 'STATEMENT_LOGGED' });
  });
});

describe('MySQL 9.7 alone', () => {
  let server: MysqlServer;

  beforeAll(async () => {
    server = await startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] });
  });
  afterAll(() => server.remove());

  it('gives CREATE TABLE … SELECT as one transaction', async () => {
    const paths = await record(server, 'ctas', ({ run }) =>
      run('a', 'create table i (a int)', 'insert into i values (1), (2)', 'create table c select a, a + 1 b from i'),
    );
    const lines = await told(paths);
    expect(lines.slice(5).map((line) => line.split('\n')[0])).toEqual([
      'transaction',
      '  CREATE TABLE `c` (',
      '  insert c 1,2',
      '  insert c 2,3',
    ]);
  });

  it('reads GTIDs with tags', async () => {
    const paths = await record(server, 'tagged', async ({ run }) => {
      await run('a', 'create table i (a int)', "set gtid_next = 'automatic:mine'", 'insert into i values (1)');
      await run(
        'a',
        `set gtid_next = 'automatic:${'z'.repeat(32)}'`,
        'insert into i values (2)',
        'insert into i values (3)',
      );
    });
    const gtids = await gtidsIn(paths);
    const uuid = gtids[0]!.slice(0, 36);
    expect(gtids.slice(1)).toEqual([`${uuid}:mine:1`, `${uuid}:${'z'.repeat(32)}:1`, `${uuid}:${'z'.repeat(32)}:2`]);
    const from = { source: await fileLog({ paths }).identity(never), held: [] };
    const executed = GtidSet.parse(gtids.slice(0, -1).join(','));
    expect(await told(paths, { from: { ...from, log: { kind: 'gtid', executed } } })).toEqual([
      'transaction',
      '  insert i 3',
    ]);
  });

  it('stops at partial JSON, and says what to set', async () => {
    const paths = await record(server, 'partial_json', async ({ run }) => {
      await run('a', 'create table j (id int primary key, d json)', "set binlog_row_value_options = 'PARTIAL_JSON'");
      await run('a', `insert into j values (1, json_object('a', repeat('x', 500), 'b', 1))`);
      await run('a', "update j set d = json_set(d, '$.b', 2)");
    });
    expect(await failure(paths)).toMatchObject({
      code: 'EVENT_UNSUPPORTED',
      message: expect.stringMatching(/^binlog\.\d+:\d+ \(PARTIAL_UPDATE_ROWS_EVENT\): partial JSON/),
      hint: expect.stringContaining('binlog_row_value_options'),
    });
  });

  it('reads transactions without GTIDs by file and offset, and refuses them behind a GTID set', async () => {
    await using anonymous = await startMysql({ version: '9.7', gtid: false, options: ['--binlog-row-metadata=FULL'] });
    const paths = await record(anonymous, 'anonymous', ({ run }) =>
      run('a', 'create table i (a int)', 'insert into i values (1)'),
    );
    expect(await told(paths)).toEqual(['transaction', '  create table i (a int)', 'transaction', '  insert i 1']);
    const { source } = await headOf(fileLog({ paths }));
    const from: Position = { source, log: { kind: 'gtid', executed: GtidSet.empty }, held: [] };
    expect(await failure(paths, { from })).toMatchObject({
      code: 'SOURCE_SETTINGS',
      message: expect.stringMatching(
        new RegExp(`^${basename(paths[0]!)}:\\d+ \\(ANONYMOUS_GTID_LOG_EVENT\\): .*without a GTID`),
      ),
      hint: expect.stringContaining('gtid_mode=ON'),
    });
  });

  it('streams a payload of more than 16 MiB, and holds its transaction on disk where it is told to', async () => {
    const paths = await record(server, 'payload', async ({ run }) => {
      await run(
        'a',
        'create table big (id int primary key, b longblob)',
        'set session binlog_transaction_compression = on',
        'begin',
      );
      for (let i = 0; i < 22; i++) await run('a', `insert into big values (${i}, repeat(sha2('${i}', 256), 16384))`);
      await run(
        'a',
        'savepoint s',
        'delete from big where id < 5',
        'rollback to s',
        'update big set id = id + 100 where id = 3',
        'commit',
      );
    });
    expect(eventsOf(paths[0]!).map((event) => event[4])).toContain(type.TRANSACTION_PAYLOAD_EVENT);
    const inMemory = await told(paths);
    expect(inMemory.filter((line) => line.startsWith('  insert'))).toHaveLength(22);
    expect(await told(paths, { memoryBytesMax: 1 })).toEqual(inMemory);
  });
});
