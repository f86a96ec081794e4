/** Row images: what is absent, what is NULL, what has no bytes at all, and rows that do not fit their table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { changes } from '../../src/column/changes.js';
import type { Change } from '../../src/core/change.js';
import { fileLog } from '../../src/source/files.js';
import { jsonLines } from '../roundtrip/compare.js';
import { stream } from '../roundtrip/stream.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { eventsOf, failure, fileOf, record } from './recording.js';

let server: MysqlServer;

/** The row changes of the statements, and the JSON of each; `create` is in the log as well. */
async function logged(
  database: string,
  create: string,
  ...statements: string[]
): Promise<{ rows: Change[]; json: string[] }> {
  const paths = await record(server, database, ({ run }) => run('a', create, ...statements));
  const rows: Change[] = [];
  const json: string[] = [];
  for await (const transaction of stream(fileLog({ paths }))) {
    rows.push(...[...changes(transaction)].filter((change) => change.kind !== 'statement'));
    json.push(...jsonLines(transaction).map(({ value }) => value));
  }
  return { rows, json: json.filter((line) => !line.includes('"op":"statement"')) };
}

const images = (change: Change): object[] =>
  ['before', 'after'].flatMap((side) => (side in change ? [(change as unknown as Record<string, object>)[side]!] : []));

needs('own').describe('row images', () => {
  beforeAll(async () => {
    server = await startMysql({ version: '9.7', options: ['--binlog-row-metadata=FULL'] });
  });
  afterAll(() => server.remove());

  describe('an image', () => {
    const create = 'create table t (id int primary key, a int, b text, c int default 7, index (a))';

    it('has a key for each column that was logged, with null for NULL', async () => {
      const { rows, json } = await logged(
        'absent_or_null',
        create,
        "set binlog_row_image = 'MINIMAL'",
        'insert into t (id, a) values (1, null)',
        "update t set b = 'x'",
        'update t set b = null',
        'delete from t',
      );
      expect(rows.map(images)).toEqual([
        [{ id: 1, a: null }],
        [{ id: 1 }, { b: 'x' }],
        [{ id: 1 }, { b: null }],
        [{ id: 1 }],
      ]);
      expect(json.map((line) => line.replace(/.*"row":0,/, ''))).toEqual([
        '"after":{"id":1,"a":null}}',
        '"before":{"id":1},"after":{"b":"x"}}',
        '"before":{"id":1},"after":{"b":null}}',
        '"before":{"id":1}}',
      ]);
    });

    it('lacks BLOBs that did not change under NOBLOB', async () => {
      const { rows } = await logged(
        'noblob',
        create,
        "set binlog_row_image = 'NOBLOB'",
        "insert into t values (1, 2, 'b', 3)",
        'update t set a = 4',
        "update t set b = 'changed'",
      );
      expect(rows.map(images)).toEqual([
        [{ id: 1, a: 2, b: 'b', c: 3 }],
        [
          { id: 1, a: 2, c: 3 },
          { id: 1, a: 4, c: 3 },
        ],
        [
          { id: 1, a: 4, c: 3 },
          { id: 1, a: 4, b: 'changed', c: 3 },
        ],
      ]);
    });

    it('of an INSERT that names no column has no bytes under MINIMAL, and is a row nevertheless', async () => {
      const { rows, json } = await logged(
        'no_bytes',
        'create table t (a int default 5, b int)',
        "set binlog_row_image = 'MINIMAL'",
        'insert into t values ()',
      );
      expect(rows.map(images)).toEqual([[{}]]);
      expect(json).toEqual([expect.stringMatching(/"row":0,"after":\{\}\}$/)]);
    });

    it('does not share its values with the row before it', async () => {
      const { rows } = await logged(
        'values_kept',
        'create table t (a blob, b varchar(9))',
        "insert into t values ('one', 'x'), ('two', 'y')",
      );
      expect(rows.map(images)).toEqual([
        [{ a: new Uint8Array(Buffer.from('one')), b: 'x' }],
        [{ a: new Uint8Array(Buffer.from('two')), b: 'y' }],
      ]);
    });

    it('has columns of functional indexes neither in their place nor in another', async () => {
      const { rows } = await logged(
        'functional',
        'create table t (a int, index ((a + 1)), b json, index ((cast(b->"$.x" as unsigned array))), c int unsigned)',
        `insert into t values (1, '{"x": [1, 2]}', 4294967295)`,
        'update t set a = 2',
      );
      const [row, changed] = [
        { a: 1, b: '{"x": [1, 2]}', c: 4294967295 },
        { a: 2, b: '{"x": [1, 2]}', c: 4294967295 },
      ];
      expect(rows.map(images)).toEqual([[row], [row, changed]]);
    });
  });

  describe('rows that do not fit', () => {
    it('name the columns that are known', async () => {
      const paths = await record(server, 'mismatch', ({ run }) =>
        run(
          'a',
          'create table two (a int, b int)',
          'create table three (a int, b int, c varchar(9))',
          'insert into two values (1, 2)',
          "insert into three values (1, 2, 'x')",
        ),
      );
      // The first table's map in front of the second one's rows, under the same table id.
      const events = eventsOf(paths[0]!);
      const maps = events.filter((event) => event[4] === type.TABLE_MAP_EVENT);
      const wrong = Buffer.from(maps[0]!);
      maps[1]!.copy(wrong, 19, 19, 25);
      const path = fileOf(events.map((event) => (event === maps[1] ? wrong : event)));
      expect(await failure([path])).toMatchObject({
        code: 'TABLE_MISMATCH',
        message: expect.stringMatching(
          /^binlog\.000001:\d+: rows of mismatch\.two at \d+ have 3 columns, but 2 are known: a INT, b INT$/,
        ),
        hint: expect.stringContaining('binlog_row_metadata=FULL'),
      });
    });

    it('are refused when no TABLE_MAP stands before them', async () => {
      const paths = await record(server, 'mapless', ({ run }) =>
        run('a', 'create table t (a int)', 'insert into t values (1)'),
      );
      const events = eventsOf(paths[0]!).filter((event) => event[4] !== type.TABLE_MAP_EVENT);
      expect(await failure([fileOf(events)])).toMatchObject({
        code: 'EVENT_MALFORMED',
        message: expect.stringMatching(/^binlog\.000001:\d+ \(WRITE_ROWS_EVENT\): rows of the table id \d+/),
      });
    });
  });
});
