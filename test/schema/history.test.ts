/** A history on disk: what a crash leaves of it, and which history belongs to which position. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemFiles } from '../../src/checkpoint/files.js';
import { InvalidText } from '../../src/core/invalid-text.js';
import type { Position } from '../../src/core/position.js';
import { Collations } from '../../src/schema/collations.js';
import { fileHistoryStore, historyPath } from '../../src/schema/history/file-store.js';
import { type Attachment, NOTHING_ATTACHED, SchemaHistory, withKnown } from '../../src/schema/history/history.js';
import { concernsColumns, reachedBack } from '../../src/schema/history/reach.js';
import type { HistoryStore } from '../../src/schema/history/store.js';

const source = { flavour: 'mysql', id: '3e11fa47-71ca-11e1-9e33-c80aa9429562' } as const;
const at = { file: 'binlog.000001', offset: 100 };
const attachment: Attachment = {
  later: null,
  state: {
    server: {
      flavour: 'mysql',
      caseSensitive: true,
      explicitDefaultsForTimestamp: true,
      collations: new Collations([{ name: 'utf8mb4_bin', charset: 'utf8mb4', id: 46, isDefault: true, bytesMax: 4 }]),
    },
    schemas: new Map([['shop', 'utf8mb4_bin']]),
    tables: new Map(),
    others: null,
    completeSchemas: new Set(),
  },
};
const statement = (sql: string) => ({ sql, schema: 'shop', status: Buffer.alloc(0), serverVersion: '9.7.0' });

let folder = '';
let path = '';
let store: HistoryStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowtide-history-'));
  path = historyPath(join(folder, 'tail.json'));
  store = fileHistoryStore(path);
});
afterEach(() => rm(folder, { recursive: true }));

const ADDED = [
  'create table t (a int, b varchar(9))',
  'alter table t add c int first',
  'alter table t rename column a to d',
];

async function begun(...sql: string[]): Promise<SchemaHistory> {
  const history = await SchemaHistory.begin(attachment, { source }, store);
  for (const each of sql) await history.record(statement(each), at);
  return history;
}

function positionAt(history: SchemaHistory, version: number): Position {
  return {
    source,
    log: { kind: 'file', file: 'binlog.000001', offset: 200 },
    held: [],
    schemas: { ...history.mark, version },
  };
}

/** As another process finds it. */
async function reopened(from: Position): Promise<SchemaHistory> {
  const again = fileHistoryStore(path);
  const history = await SchemaHistory.resume((await again.load())!, from, again);
  if (history instanceof SchemaHistory) return history;
  throw new Error('INFORMATION_SCHEMA has to be read again');
}

async function columnsOf(history: SchemaHistory): Promise<string> {
  const table = await history.table('shop', 't', at);
  return table?.kind === 'known' ? table.definition.columns.map(({ name }) => name).join() : String(table?.kind);
}

it('is beside its checkpoint', () => {
  expect(historyPath('/var/lib/rowtide/orders.checkpoint.json')).toBe(
    '/var/lib/rowtide/orders.checkpoint.json.schemas',
  );
});

it('is found as it was at any position', async () => {
  const history = await begun(...ADDED);
  expect(history.mark.version).toBe(3);
  const found = await Promise.all(
    [0, 1, 2, 3].map(async (version) => columnsOf(await reopened(positionAt(history, version)))),
  );
  expect(found).toEqual(['undefined', 'a,b', 'c,a,b', 'c,d,b']);
});

it('takes a statement that is read again for the first time', async () => {
  const history = await begun(...ADDED);
  const again = await reopened(positionAt(history, 1));
  await again.record(statement('alter table t drop a'), at);
  expect(await columnsOf(again)).toBe('b');
  expect(await columnsOf(await reopened(positionAt(history, 2)))).toBe('b');
});

it('grows only by statements that change columns', async () => {
  const history = await begun('create table t (a int)');
  expect(history.record(statement('create user x'), at)).toBeUndefined();
  expect(history.record(statement('alter table t engine=innodb'), at)).toBeUndefined();
  expect(history.mark.version).toBe(1);
});

it('keeps the facts of columns', async () => {
  const sql = `create table t (a enum('x','y') not null, b decimal(9,2) unsigned, c datetime(3) invisible,
    d varchar(9) generated always as (concat(a)) stored, primary key (b), unique key (a))`;
  const history = await begun(sql);
  expect(await (await reopened(positionAt(history, 1))).table('shop', 't', at)).toEqual(
    await history.table('shop', 't', at),
  );
});

it('knows that there was no such table where the user sees all of a schema, and not elsewhere', async () => {
  const others = { kind: 'unknown', code: 'TABLE_UNKNOWN', why: 'it may be there' } as const;
  const state = { ...attachment.state, others, completeSchemas: new Set(['shop']) };
  const history = await SchemaHistory.begin({ state, later: null }, { source }, store);
  await history.record(statement('create table if not exists t (a int)'), at);
  await history.record(statement('create table if not exists crm.t (a int)'), at);
  const again = await reopened(positionAt(history, 2));
  expect(await again.table('shop', 't', at)).toMatchObject({ kind: 'known' });
  expect(await again.table('crm', 't', at)).toEqual(others);
  expect(await again.table('shop', 'u', at)).toBeNull();
});

it('loses what a statement may have changed whose names are no text', async () => {
  const history = await begun(...ADDED);
  const invalid = new InvalidText(Buffer.from([0xff]), 'utf8mb4');
  await history.record({ ...statement('alter table t comment "\ufffd"'), invalid }, at);
  expect(await columnsOf(history)).toBe('c,d,b');
  await history.record({ ...statement('alter table t drop `\ufffd`'), invalid }, at);
  expect(await columnsOf(history)).toBe('unknown');
});

describe('a crash', () => {
  it.each([1, 20, 120])(
    'inside of a change takes %i bytes of it: the change was never confirmed, and comes again',
    async (bytes) => {
      const history = await begun(...ADDED);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.slice(0, -bytes));
      const again = await reopened(positionAt(history, 2));
      await again.record(statement('alter table t add e int'), at);
      expect(await columnsOf(await reopened(positionAt(history, 3)))).toBe('c,a,b,e');
    },
  );

  it('while it is begun leaves the one before', async () => {
    const history = await begun(...ADDED);
    const failing = fileHistoryStore(path, { ...systemFiles, rename: () => Promise.reject(new Error('killed')) });
    await expect(SchemaHistory.begin(attachment, { source }, failing)).rejects.toMatchObject({ code: 'IO' });
    expect(await columnsOf(await reopened(positionAt(history, 3)))).toBe('c,d,b');
  });
});

it('after a failed fsync nothing is written any more', async () => {
  let failing = false;
  const open: typeof systemFiles.open = async (...args) => {
    const file = await systemFiles.open(...args);
    if (failing) file.sync = () => Promise.reject(new Error('EIO'));
    return file;
  };
  store = fileHistoryStore(path, { ...systemFiles, open });
  const history = await begun('create table t (a int)');
  failing = true;
  await expect(history.record(statement('drop table t'), at)).rejects.toMatchObject({ code: 'IO' });
  failing = false;
  await expect(history.record(statement('create table u (a int)'), at)).rejects.toMatchObject({ code: 'IO' });
});

it('a damaged one is refused with its line', async () => {
  const history = await begun(...ADDED);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"varchar"', '"varchbr"'));
  await expect(reopened(positionAt(history, 3))).rejects.toMatchObject({
    code: 'HISTORY_CORRUPT',
    message: expect.stringMatching(/tail\.json\.schemas:2 is damaged: its checksum does not match$/),
  });
});

describe('one that does not belong to the position is refused', () => {
  it.each([
    ['another history', { schemas: { history: 'another', version: 1 } }, 'it is another one'],
    ['an older copy of it', { schemas: { version: 4 } }, 'it ends at its change 3, the position is behind 4'],
    ['that of another source', { source: { flavour: 'mysql', id: 'other' } as const }, 'it is of the source 3e11fa47'],
  ])('%s', async (_, differing, why) => {
    const history = await begun(...ADDED);
    const position = positionAt(history, 3);
    const schemas = { ...position.schemas!, ...('schemas' in differing ? differing.schemas : {}) };
    await expect(reopened({ ...position, ...differing, schemas })).rejects.toMatchObject({
      code: 'HISTORY_MISMATCH',
      message: expect.stringContaining(why),
    });
  });
});

describe('INFORMATION_SCHEMA that was read behind a position', () => {
  const after = attachment.state;
  const known = (name: string) =>
    [
      `shop\0${name}`,
      { kind: 'known', definition: { columns: [], keys: [], collation: '', hasHiddenPeriod: false } },
    ] as const;
  const state = { ...after, tables: new Map([known('t'), known('u')]) };

  it.each([
    ['alter table t add a int', ['u']],
    ['rename table x to u, t to y', []],
    ['create database other', ['t', 'u']],
    ['drop database shop', []],
    ['truncate table t', ['t', 'u']],
    ['frob the tables', []],
  ])('before %s it says something of the tables %j', (sql, expected) => {
    const before = reachedBack(state, [statement(sql)]);
    const names = [...before.tables].filter(([, table]) => table.kind === 'known').map(([key]) => key.split('\0')[1]);
    expect(names).toEqual(expected);
    expect(concernsColumns(statement(sql), state)).toBe(!sql.startsWith('truncate'));
  });

  it('is taken over where the stream gets there', async () => {
    const later = { at: { file: 'binlog.000002', offset: 4 }, state };
    const history = await SchemaHistory.begin({ ...NOTHING_ATTACHED, later }, { source }, store);
    expect(await history.table('shop', 't', at)).toMatchObject({ kind: 'unknown' });
    expect(await history.table('shop', 't', { file: 'binlog.000002', offset: 4 })).toMatchObject({ kind: 'known' });
    const stored = (await fileHistoryStore(path).load())!;
    expect(await SchemaHistory.resume(stored, positionAt(history, 0), store)).not.toBeInstanceOf(SchemaHistory);
    expect(await SchemaHistory.resume(stored, positionAt(history, 1), store)).toBeInstanceOf(SchemaHistory);
  });

  it('is read again behind a restart before that, and what statements had made of tables is still known', async () => {
    const later = { at: { file: 'binlog.000002', offset: 4 }, state };
    const first = await SchemaHistory.begin({ ...NOTHING_ATTACHED, later }, { source }, store);
    await first.record(statement('create table t (x int, y int)'), at);
    const from = positionAt(first, 1);
    const known = await SchemaHistory.resume((await fileHistoryStore(path).load())!, from, store);
    if (known instanceof SchemaHistory) throw new Error('it was attached already');
    // What was read again does not say how the table was at the position.
    const again = reachedBack(state, [statement('alter table t drop y')]);
    const anew = await SchemaHistory.begin(withKnown({ state: again, later: null }, known), from, store);
    expect(await columnsOf(anew)).toBe('x,y');
  });

  it('is begun anew under the name that the position has, which a crash before the next one finds', async () => {
    const later = { at: { file: 'binlog.000002', offset: 4 }, state };
    const useless = await SchemaHistory.begin({ ...NOTHING_ATTACHED, later }, { source }, store);
    const from = positionAt(useless, 0);
    const { schemas = null } = from;
    const anew = await SchemaHistory.begin({ state, later: null }, from, store);
    expect(anew.mark).toEqual(schemas);
    expect(await columnsOf(await reopened(from))).toBe(await columnsOf(anew));
  });
});
