import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLE_MAP_EVENT } from '../../src/binlog/types.js';
import { eventsOf, fileOf } from '../binlog/recording.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';
import { type Ended, rowtide } from './rowtide.js';

const hmac = (text: string): string => createHmac('sha256', 'sesame').update(text).digest('hex');

needs('mysql').describe('filters', () => {
  let url: string;
  let sql: mysql.Connection;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-filters-'));
    ({ url } = await sharedMysql());
    sql = await mysql.createConnection({ uri: url, charset: 'utf8mb4' });
    await sql.query('DROP DATABASE IF EXISTS filters');
    await sql.query('CREATE DATABASE filters CHARACTER SET utf8mb4');
    await sql.query(
      'CREATE TABLE filters.orders (id INT PRIMARY KEY, total DECIMAL(10,2), state VARCHAR(10), note TEXT CHARACTER SET latin1)',
    );
    await sql.query(
      'CREATE TABLE filters.users (email VARCHAR(50) PRIMARY KEY, phone VARCHAR(20), born DATE NOT NULL, password BLOB, bio TEXT)',
    );
  });
  afterAll(async () => {
    await sql?.query('DROP DATABASE IF EXISTS filters');
    await sql?.end();
    rmSync(folder, { recursive: true });
  });

  async function positionNow(): Promise<string> {
    const [rows] = await sql.query<mysql.RowDataPacket[]>('SELECT @@global.gtid_executed AS executed');
    return String(rows[0]?.executed).replaceAll('\n', '');
  }

  /** What tail prints of what `statements` do. */
  async function tail(statements: readonly string[], options: readonly string[]): Promise<Ended> {
    const from = await positionNow();
    for (const statement of statements) await sql.query(statement);
    const places = ['--from', from, '-e', '--schema', 'assume-current', '--include', 'filters.*'];
    return rowtide(['tail', url, ...places, ...options], { env: { ROWTIDE_HASH_KEY: 'sesame' } });
  }

  const ROWS = ['--print', '%{op} %{pk} %{before} %{after}'];
  const OP = ['--print', '%{op} %{pk}'];
  const linesOf = ({ stdout, status, stderr }: Ended): string[] => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\n').filter(Boolean);
  };

  test('--where passes the rows that meet it, and updates that met it before or meet it now', async () => {
    const statements = [
      "INSERT INTO filters.orders VALUES (1, 100.01, 'new', NULL), (2, 100, 'new', NULL), (3, NULL, 'new', NULL), (4, 5e6, 'old', '')",
      'UPDATE filters.orders SET total = total + 1 WHERE id = 2',
      'UPDATE filters.orders SET total = 1 WHERE id = 1',
      "UPDATE filters.orders SET state = 'sent' WHERE id = 1",
      'UPDATE filters.orders SET id = 9 WHERE id = 3',
      'DELETE FROM filters.orders',
    ];
    const where = [
      '--where',
      'filters.orders: total > 100',
      '--where',
      "filters.orders: state IN ('new') OR note IS NULL",
    ];
    const lines = linesOf(await tail(statements, [...where, '--where', '*.orders: NOT id BETWEEN 5 AND 8', ...OP]));
    expect(lines).toEqual(['insert 1', 'update 2', 'update 1', 'delete 2']);
  });

  test('columns are left out, masked, hashed and truncated in tail', async () => {
    const statements = [
      "INSERT INTO filters.users VALUES ('ada@x.org', '555-1', '1815-12-10', 'secret', 'Çelik 😀 writes'), ('b@x.org', NULL, '2000-01-01', NULL, NULL)",
      "UPDATE filters.users SET bio = 'short', phone = '555-2' WHERE email = 'ada@x.org'",
    ];
    const actions = [
      ...['--exclude-columns', 'filters.users.password', '--mask', 'filters.users.phone=***', '--mask', '*.users.born'],
      ...['--hash', 'filters.users.email', '--truncate', 'filters.*.bio=7'],
    ];
    const [ada, bob] = [hmac('ada@x.org'), hmac('b@x.org')];
    const whole = { email: ada, phone: '***', born: null, bio: 'Çelik 😀' };
    expect(linesOf(await tail(statements, [...actions, ...ROWS]))).toEqual([
      `insert ${ada}  ${JSON.stringify(whole)}`,
      `insert ${bob}  ${JSON.stringify({ email: bob, phone: null, born: null, bio: null })}`,
      `update ${ada} ${JSON.stringify(whole)} ${JSON.stringify({ ...whole, bio: 'short' })}`,
    ]);
  });

  test('a row that lacks what decides stops by name under MINIMAL, and one that is decided by its key passes', async () => {
    const statements = [
      "INSERT INTO filters.orders VALUES (20, 7, 'new', NULL), (21, 7, 'new', NULL)",
      "SET SESSION binlog_row_image = 'MINIMAL'",
      "UPDATE filters.orders SET state = 'paid' WHERE id = 20",
      'SET SESSION binlog_row_image = DEFAULT',
      'DELETE FROM filters.orders',
    ];
    const decided = await tail(statements, ['--where', "filters.orders: id = 20 AND state <> 'x'", ...OP]);
    expect(linesOf(decided)).toEqual(['insert 20', 'update 20', 'delete 20']);
    const undecided = await tail(statements, ['--where', 'filters.orders: total = 7', ...OP]);
    expect(undecided).toMatchObject({ status: 1, stdout: 'insert 20\ninsert 21\n' });
    expect(undecided.stderr).toMatch(/^rowtide: FILTER_UNDECIDED: .*\d+: the update in filters\.orders lacks columns/);
  });

  test('the diffs of a document go out with the document only', async () => {
    await sql.query('CREATE TABLE filters.docs (id INT PRIMARY KEY, secret JSON, shown JSON)');
    const statements = [
      `INSERT INTO filters.docs VALUES (1, '{"pin": 1111, "to": "me"}', '{"name": "Ada"}')`,
      "SET SESSION binlog_row_value_options = 'PARTIAL_JSON'",
      "UPDATE filters.docs SET secret = JSON_SET(secret, '$.pin', 2222), shown = JSON_SET(shown, '$.name', 'Bob')",
      "UPDATE filters.docs SET secret = JSON_SET(secret, '$.pin', 3333)",
      "SET SESSION binlog_row_value_options = ''",
    ];
    const options = ['--mask', 'filters.docs.secret=***', '--where', 'filters.docs: id = 1', '--format', 'json'];
    const changes = linesOf(await tail(statements, options)).map((line) => JSON.parse(line));
    expect(changes.filter(({ table }) => table === 'docs').map(({ after, diffs }) => ({ after, diffs }))).toEqual([
      { after: { id: 1, secret: '***', shown: { name: 'Ada' } }, diffs: undefined },
      {
        after: { id: 1, secret: '***', shown: { name: 'Bob' } },
        diffs: { shown: [{ op: 'replace', path: '$.name', value: 'Bob' }] },
      },
      { after: { id: 1, secret: '***', shown: { name: 'Bob' } }, diffs: undefined },
    ]);
  });

  test('a column that a table does not have stops by name', async () => {
    const insert = ['INSERT INTO filters.orders (id) VALUES (30)', 'DELETE FROM filters.orders'];
    const where = await tail(insert, ['--where', 'filters.orders: totl > 100', ...OP]);
    expect(where).toMatchObject({ status: 1, stdout: '' });
    expect(where.stderr).toMatch(/FILTER_MISMATCH: .*names the column totl, and the table has id, total, state, note/);
    const mask = await tail(insert, ['--mask', 'filters.orders.password=x', ...OP]);
    expect(mask.stderr).toMatch(/FILTER_MISMATCH: .*filters\.orders\.password is no column/);
  });

  test('run does the same, into a file, with its key from the environment', async () => {
    const path = join(folder, 'out.jsonl');
    const config = join(folder, 'rowtide.yaml');
    writeFileSync(
      config,
      `
state: ${folder}/state
pipelines:
  filtered:
    source: { files: [${JSON.stringify(fixture('shop-9.7'))}] }
    transform:
      where:
        shop.orders: id IN (1, 2, 18446744073709551615) AND total > 0
      columns:
        include: ["shop.orders.{id,customer,total,note}"]
        hash: ["shop.orders.id"]
        hashKey: "\${env:FILTER_KEY}"
        mask: { shop.orders.customer: "***" }
        truncate: { shop.orders.note: 4 }
    sink: { file: { path: ${JSON.stringify(path)} } }
`,
    );
    const { status, stderr } = await rowtide(['run', '--config', config], { env: { FILTER_KEY: 'sesame' } });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    const rows = lines
      .map((line) => JSON.parse(line))
      .filter(({ op, table }) => op !== 'statement' && table === 'orders');
    const order = (id: string, total: string, note: string | null) => ({ id: hmac(id), customer: '***', total, note });
    const images = rows.map(({ op, before, after }) => ({ op, before, after }));
    expect(images).toEqual([
      { op: 'insert', after: order('1', '12.50', 'café') },
      { op: 'insert', after: order('18446744073709551615', '99999999.99', '') },
      { op: 'update', before: order('1', '12.50', 'café'), after: order('1', '13.50', 'café') },
      { op: 'update', before: order('2', '-0.01', null), after: order('2', '0.99', null) },
      { op: 'delete', before: order('2', '0.99', null) },
    ]);
  });
});

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.binlog`, import.meta.url));

describe('a table that is left out', () => {
  /** The recorded shop, whose orders have a column of a type that nobody knows. */
  function withUnknownType(): string {
    const events = eventsOf(fixture('shop-9.7'));
    for (const event of events) {
      if (event[4] !== TABLE_MAP_EVENT) continue;
      const name = event.indexOf('orders\0');
      event[name + 'orders\0'.length + 1] = 200;
    }
    return fileOf(events);
  }

  test('is not decoded: what nobody understands in it stops nobody', async () => {
    const file = withUnknownType();
    const all = await rowtide(['tail', file, '--print', '%{op}']);
    expect(all).toMatchObject({ status: 65 });
    expect(all.stderr).toMatch(/column type code 200 is not known/);
    const others = await rowtide(['tail', file, '--exclude', 'shop.orders', '--print', '%{op} of %{table}']);
    expect(others).toMatchObject({ status: 0, stderr: '' });
    expect(others.stdout).toContain('statement of');
    expect(others.stdout).not.toContain('of orders');
  });
});

/** Types that only MariaDB has. */
needs('mariadb').describe('filters on MariaDB', () => {
  test('UUID and INET6 equal their texts, compressed columns are cells as others', async () => {
    const { url } = await sharedMariadb();
    await using sql = await mysql.createConnection(url);
    await sql.query('CREATE OR REPLACE DATABASE filters_maria');
    await sql.query(
      'CREATE TABLE filters_maria.t (id UUID PRIMARY KEY, ip INET6, note TEXT COMPRESSED, word VARCHAR(200) COMPRESSED)',
    );
    const [[{ position }]] = await sql.query<[{ position: string } & mysql.RowDataPacket]>(
      'SELECT @@gtid_binlog_pos AS position',
    );
    const id = (n: number): string => `0e8fbc2e-c755-11ee-9f1d-00000000000${n}`;
    const text = 'compressible '.repeat(10);
    await sql.query(
      `INSERT INTO filters_maria.t VALUES ('${id(1)}', '::1', '${text}', '${text}'), ('${id(2)}', '::2', 'short', '${text}'),
         ('${id(3)}', '::1', NULL, 'x')`,
    );
    const filters = [
      ...['--where', `filters_maria.t: (id = '${id(1)}' OR ip = '::2') AND word LIKE 'compress%'`],
      ...['--truncate', 'filters_maria.t.note=7', '--mask', 'filters_maria.t.word=***'],
    ];
    const places = ['--from', position, '-e', '--schema', 'assume-current', '--include', 'filters_maria.*'];
    const { status, stdout, stderr } = await rowtide(['tail', url, ...places, ...filters, '--print', '%{after}']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(
      stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: id(1), ip: '::1', note: 'compres', word: '***' },
      { id: id(2), ip: '::2', note: 'short', word: '***' },
    ]);
    const ordered = ['--where', `filters_maria.t: id > '${id(1)}'`];
    const refused = await rowtide(['tail', url, ...places, ...ordered, '--print', '%{after}']);
    expect(refused.stderr).toMatch(/FILTER_MISMATCH: .*filters_maria\.t\.id is UUID, which is not compared so/);
    await sql.query('DROP DATABASE filters_maria');
  });
});
