/** Partial updates of JSON where chance does not get: images without the document, sizes at limits, huge transactions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.js';
import { needs } from '../servers/suite.js';
import { Session, type Told } from './session.js';

type Update = Extract<Change, { kind: 'update' }>;

needs('own').describe('partial updates of JSON', () => {
  let session: Session;

  beforeAll(async () => {
    session = await Session.open('9.7');
    await session.run("set binlog_row_value_options = 'PARTIAL_JSON'");
  });
  afterAll(() => session[Symbol.asyncDispose]());

  /** The updates that the statements make of one row, and its document as SELECT prints it behind each. */
  async function updates(...statements: readonly string[]): Promise<{ told: Told[]; selected: (string | null)[] }> {
    const selected: (string | null)[] = [];
    const told = await session.told(async () => {
      for (const sql of statements) {
        await session.run(sql);
        const [row] = await session.select('select cast(d as char) as d from one');
        selected.push(row!.d!);
      }
    });
    return { told, selected };
  }

  async function makeOne(document: string): Promise<void> {
    await session.run(
      'drop table if exists one',
      'create table one (id int primary key, n int, d json, e json)',
      `insert into one values (1, 0, ${document}, json_object('pad', repeat('e', 300)))`,
      "set binlog_row_image = 'FULL'",
    );
  }

  const updateOf = ({ change }: Told): Update => change as Update;

  it('are told as they were logged, beside the whole document', async () => {
    await makeOne(`json_object('a', 1, 'pad', repeat('x', 100))`);
    const { told } = await updates(
      `update one set d = json_remove(json_set(d, '$.a', json_array(1.50, null), '$."b c"', 'é'), '$.a[0]'), n = null`,
    );
    const { diffs, after } = updateOf(told[0]!);
    expect(after).toMatchObject({ d: `{"a": [null], "b c": "é", "pad": "${'x'.repeat(100)}"}`, n: null });
    expect(diffs).toEqual({
      d: [
        { op: 'replace', path: '$.a', value: '[1.50, null]' },
        { op: 'insert', path: '$."b c"', value: '"é"' },
        { op: 'remove', path: '$.a[0]', value: null },
      ],
    });
    expect(told[0]!.line).toMatch(
      /,"diffs":\{"d":\[\{"op":"replace","path":"\$\.a","value":\[1\.50, null\]\},\{"op":"insert","path":"\$\.\\"b c\\"","value":"é"\},\{"op":"remove","path":"\$\.a\[0\]"\}\]\}\}$/,
    );
  });

  it('of several documents at once: one partially, one whole, one NULL, one as it was', async () => {
    await session.run(
      'create table several (id int primary key, a json, b json, c json, d json, x varchar(9))',
      `insert into several select 1, j, j, j, j, 'x' from (select json_object('k', 1, 'pad', repeat('p', 99)) j) one`,
    );
    const told = await session.told(() =>
      session.run(`update several set a = json_set(a, '$.k', 2), b = '[]', c = null, d = json_set(d, '$.k', 1)`),
    );
    const of = (k: number): string => `{"k": ${k}, "pad": "${'p'.repeat(99)}"}`;
    expect(updateOf(told[0]!)).toMatchObject({
      after: { id: 1, a: of(2), b: '[]', c: null, d: of(1), x: 'x' },
      diffs: { a: [{ op: 'replace', path: '$.k', value: '2' }] },
    });
    expect(Object.keys(updateOf(told[0]!).diffs!)).toEqual(['a']);
  });

  it('lack the document where the before image lacks it, and then the diffs are all there is', async () => {
    await makeOne(`json_object('a', 1, 'pad', repeat('x', 100))`);
    await session.run("set binlog_row_image = 'MINIMAL'");
    const { told } = await updates(
      `update one set d = json_set(d, '$.a', 2), n = 7`,
      `update one set d = json_set(d, '$.a', 2), n = 8`,
      `update one set d = '"whole"', n = 9`,
      // All columns of the after image are there but the one that cannot be known.
      `update one set id = 2, n = 10, d = json_set('{}', '$.a', 2), e = json_set(e, '$.a', 2)`,
    );
    expect(told.map(({ change }) => ({ ...(change as Update), table: null }))).toEqual([
      {
        kind: 'update',
        table: null,
        before: { id: 1 },
        after: { n: 7 },
        diffs: { d: [{ op: 'replace', path: '$.a', value: '2' }] },
      },
      { kind: 'update', table: null, before: { id: 1 }, after: { n: 8 } },
      { kind: 'update', table: null, before: { id: 1 }, after: { n: 9, d: '"whole"' } },
      {
        kind: 'update',
        table: null,
        before: { id: 1 },
        after: { id: 2, n: 10, d: '{"a": 2}' },
        diffs: { e: [{ op: 'insert', path: '$.a', value: '2' }] },
      },
    ]);
    expect(told[0]!.line).toContain(
      '"before":{"id":1},"after":{"n":7},"diffs":{"d":[{"op":"replace","path":"$.a","value":2}]}}',
    );
  });

  it('take more room in JSON than the whole rest of the row, and no more than was promised', async () => {
    await makeOne(`json_object('pad', repeat('x', 6000))`);
    await session.run("set binlog_row_image = 'MINIMAL'");
    const { told } = await updates(`update one set d = json_set(d, '$.a', repeat(char(1 using utf8mb4), 5000))`);
    expect(JSON.parse(told[0]!.line)).toMatchObject({
      after: {},
      diffs: { d: [{ op: 'insert', path: '$.a', value: '\u0001'.repeat(5000) }] },
    });
  });

  it('are whole under MINIMAL where a table has no primary key', async () => {
    await session.run(
      'create table keyless (d json)',
      `insert into keyless values (json_object('a', 1, 'pad', repeat('x', 100)))`,
      "set binlog_row_image = 'MINIMAL'",
    );
    const told = await session.told(() => session.run(`update keyless set d = json_remove(d, '$.pad')`));
    expect(updateOf(told[0]!)).toMatchObject({ after: { d: '{"a": 1}' }, diffs: { d: [{ op: 'remove' }] } });
  });

  it('carry documents over the limit of 64 KiB, where their numbers and offsets get wider, and back', async () => {
    await makeOne(`json_object('n', json_array(70000, -70000, 1), 'pad', repeat('x', 65400), 'z', true)`);
    const grow = Array.from(
      { length: 12 },
      (_, i) => `update one set d = json_set(d, '$.k${i}', repeat('y', ${i * 3}))`,
    );
    const { told, selected } = await updates(
      ...grow,
      `update one set d = json_set(d, '$.n[1]', 4000000000, '$.n[3]', json_array(d->'$.n', 70000))`,
      `update one set d = json_remove(d, '$.k11', '$.k10', '$.k9', '$.k8', '$.k7')`,
    );
    expect(told.map((each) => updateOf(each).after.d)).toEqual(selected);
    expect(told.every((each) => updateOf(each).diffs !== undefined)).toBe(true);
  });

  it('carry documents of 16 MiB, and whole ones inside', async () => {
    await makeOne(`json_object('pad', repeat('0123456789abcdef', 1048576), 'list', json_array(1, 2, 3))`);
    const { told, selected } = await updates(
      `update one set d = json_set(d, '$.list[last]', json_object('deep', json_array(3, 4)))`,
      `update one set d = json_remove(json_set(d, '$.list[2].deep[1]', repeat('y', 70000)), '$.list[0]')`,
    );
    const same = told.map((each, i) => updateOf(each).after.d === selected[i]);
    expect(same).toEqual([true, true]);
    expect(told.every((each) => updateOf(each).diffs !== undefined)).toBe(true);
  });

  it('reach down to the deepest level', async () => {
    const nested = `concat(repeat('[', 98), '1, "${'x'.repeat(300)}"', repeat(']', 98))`;
    await makeOne(`cast(${nested} as json)`);
    const { told, selected } = await updates(`update one set d = json_set(d, '$${'[0]'.repeat(98)}', '[]')`);
    expect(updateOf(told[0]!).after.d).toBe(selected[0]);
    expect(updateOf(told[0]!).diffs?.d?.[0]?.path).toBe(`$${'[0]'.repeat(98)}`);
  });

  it('are read back from disk and out of a compressed transaction', async () => {
    await session.run(
      'create table many (id int primary key, d json)',
      `insert into many with recursive n (i) as (select 1 union all select i + 1 from n where i < 400)
         select i, json_object('i', i, 'list', json_array(), 'pad', repeat('x', 500)) from n`,
      "set binlog_row_image = 'FULL'",
      'set binlog_transaction_compression = on',
    );
    const told = await session.told(
      () =>
        session.run(
          'begin',
          `update many set d = json_set(d, '$.list[0]', id)`,
          `update many set d = json_set(d, '$.list[1]', id * 2)`,
          'commit',
        ),
      { memoryBytesMax: 50_000 },
    );
    expect(told.length).toBe(800);
    expect(told.every((each) => updateOf(each).diffs !== undefined)).toBe(true);
    const selected = await session.select('select cast(d as char) as d from many order by id');
    expect(told.slice(400).map((each) => updateOf(each).after.d)).toEqual(selected.map(({ d }) => d));
    await session.run('set binlog_transaction_compression = off');
  });

  it('tell a document that is JSON null from NULL', async () => {
    await session.run('create table nulls (id int primary key, d json, e json)');
    const told = await session.told(() =>
      session.run(
        `insert into nulls values (1, 'null', null), (2, null, 'null'), (3, '[null]', null), (4, 'null', 'null')`,
        `update nulls set e = '[]' where id = 1`,
        'delete from nulls where id = 2',
      ),
    );
    const ends = told.map(({ line }) => line.slice(line.search(/,"(before|after)"/)));
    expect(ends).toEqual([
      ',"after":{"id":1,"d":null,"e":null},"jsonNull":{"after":["d"]}}',
      ',"after":{"id":2,"d":null,"e":null},"jsonNull":{"after":["e"]}}',
      ',"after":{"id":3,"d":[null],"e":null}}',
      ',"after":{"id":4,"d":null,"e":null},"jsonNull":{"after":["d","e"]}}',
      ',"before":{"id":1,"d":null,"e":null},"after":{"id":1,"d":null,"e":[]},"jsonNull":{"before":["d"],"after":["d"]}}',
      ',"before":{"id":2,"d":null,"e":null},"jsonNull":{"before":["e"]}}',
    ]);
    expect(told.slice(0, 2).map(({ change }) => ('after' in change ? change.after : null))).toEqual([
      { id: 1, d: 'null', e: null },
      { id: 2, d: null, e: 'null' },
    ]);
  });
});
