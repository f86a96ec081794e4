import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventOf, eventsOf, fileOf } from '../binlog/recording.js';
import { type MysqlServer, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { rowtide, start } from './rowtide.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));

needs('own').describe('rowtide tail', () => {
  let server: MysqlServer;
  let sql: mysql.Connection;
  let uuid: string;
  /** When the second file was begun, between the second and the third insert. */
  let middle: string;

  const path = (name: string): string => join(folder, name);
  const binlog = (number: number): string => join(server.binlogDir, `binlog.00000${number}`);
  const ids = (text: string): number[] => text.split('\n').filter(Boolean).map(Number);

  beforeAll(async () => {
    server = await startMysql({ options: ['--binlog-row-metadata=FULL', '--log-bin=binlog'] });
    sql = await mysql.createConnection(server.url);
    uuid = await scalar('SELECT @@server_uuid');
    await run('RESET BINARY LOGS AND GTIDS', 'CREATE DATABASE shop', 'CREATE DATABASE crm'); // 1, 2
    await run('CREATE TABLE shop.orders (id INT PRIMARY KEY, total DECIMAL(10,2), note VARCHAR(60))'); // 3
    await run('CREATE TABLE crm.people (id INT PRIMARY KEY, name VARCHAR(60))'); // 4
    await run("INSERT INTO shop.orders VALUES (1, 1.00, 'first')", 'INSERT INTO shop.orders VALUES (2, 2.00, NULL)'); // 5, 6
    await run('FLUSH BINARY LOGS', 'DO SLEEP(1.1)');
    middle = `${(await scalar('SELECT UTC_TIMESTAMP(6)')).replace(' ', 'T')}Z`;
    await run('DO SLEEP(0.01)', "INSERT INTO crm.people VALUES (3, 'Ada')"); // 7
    await run('UPDATE shop.orders SET total = 9.50 WHERE id = 1', 'DELETE FROM shop.orders WHERE id = 2'); // 8, 9
    await run("INSERT INTO shop.orders VALUES (10, 1, 'a'), (11, 1, 'b'), (12, 1, 'c')"); // 10
  });
  afterAll(async () => {
    await sql?.end();
    await server?.remove();
  });

  async function scalar(query: string): Promise<string> {
    const [rows] = await sql.query({ sql: query, rowsAsArray: true, dateStrings: true } as mysql.QueryOptions);
    return String((rows as string[][])[0]?.[0]);
  }

  async function run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await sql.query(statement);
  }

  test('prints what a server has, in the form asked for', async () => {
    const all = await rowtide(['tail', server.url, '--from', 'beginning', '--exit-at-end']);
    expect(all).toMatchObject({ status: 0, stderr: '' });
    expect(all.stdout).toContain(`${uuid}:8  binlog.000002:`);
    expect(all.stdout).toContain('\n  statement CREATE DATABASE shop\n'.replace('statement ', 'statement shop  '));
    expect(all.stdout).toContain("\n  insert shop.orders  id: 1  total: 1.00  note: 'first'\n");
    expect(all.stdout).toContain('\n  update shop.orders  id: 1  total: 1.00 → 9.50\n');
    expect(all.stdout).toContain('\n  delete shop.orders  id: 2  total: 2.00  note: NULL\n');

    const json = await rowtide(['tail', server.url, '--from', `${uuid}:1-7`, '-e', '--format', 'json', '-c', '1']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      op: 'update',
      schema: 'shop',
      table: 'orders',
      gtid: `${uuid}:8`,
      after: { id: 1, total: '9.50' },
    });

    const none = await rowtide(['tail', server.url, '--from', 'beginning', '-e', '--format', 'none']);
    expect(none.stdout).toBe('');
    expect(none.stderr).toBe('10 transactions: 6 inserts, 1 updates, 1 deletes, 4 statements\n');
  });

  test('colours when told to, not because of where it prints', async () => {
    const args = ['tail', binlog(2), '-c', '1'];
    const colour = '\u001b[';
    expect((await rowtide([...args, '--color', 'always'])).stdout).toContain(colour);
    expect((await rowtide(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain(colour);
    expect((await rowtide(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(colour);
    expect((await rowtide(args)).stdout).not.toContain(colour);
  });

  test('begins and ends where it is told', async () => {
    const printed = async (source: readonly string[], ...options: string[]): Promise<number[]> => {
      const print = ['--include', '/./', '--print', '%{pk}'];
      const { status, stdout, stderr } = await rowtide(['tail', ...source, ...options, ...print]);
      expect([status, stderr]).toEqual([0, '']);
      return ids(stdout);
    };
    const live = [server.url, '-e'];
    const files = [binlog(1), binlog(2)];
    const all = [1, 2, 3, 1, 2, 10, 11, 12];
    for (const source of [live, files]) {
      expect(await printed(source, '--from', 'beginning')).toEqual(all);
      expect(await printed(source, '--from', `${uuid}:1-6`)).toEqual(all.slice(2));
      expect(await printed(source, '--from', 'beginning', '--until', `${uuid}:1-8`)).toEqual([1, 2, 3, 1]);
      expect(await printed(source, '--from', middle)).toEqual(all.slice(2));
      expect(await printed(source, '--from', 'beginning', '--until', middle)).toEqual([1, 2]);
      expect(await printed(source, '--from', 'beginning', '-c', '11')).toEqual(all.slice(0, 7));
      expect(await printed(source, '--from', 'binlog.000002:4', '--until', 'now')).toEqual(all.slice(2));
      expect(await printed(source, '--from', 'beginning', '--until', 'binlog.000002:4')).toEqual([1, 2]);
      expect(await printed(source, '--from', 'beginning', '--exclude', 'shop.*')).toEqual([3]);
    }
    expect(await printed(live)).toEqual([]);
    expect(await printed([server.url], '--until', middle, '--from', 'beginning')).toEqual([1, 2]);
    expect(await printed(['-'], '--from', `${uuid}:1-9`).catch(() => 'nothing there')).toBe('nothing there');
    const piped = await rowtide(['tail', '-', '--print', '%{pk}'], { stdin: readFileSync(binlog(2)) });
    expect(ids(piped.stdout)).toEqual(all.slice(2));
    // A process for each place.
  }, 180_000);

  test('shows changes when they happen, and ends on SIGINT with 0', async () => {
    await run('CREATE TABLE IF NOT EXISTS shop.live (id INT PRIMARY KEY)');
    const tail = start(['tail', server.url, '--include', 'shop.live', '--verbose', '--print', '%{op} %{pk}']);
    await tail.said(/streaming/);
    await run('INSERT INTO shop.live VALUES (1)');
    await tail.said(/^insert 1\n/);
    await run('DELETE FROM shop.live');
    await tail.said(/delete 1\n/);
    tail.process.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ status: 0, stdout: 'insert 1\ndelete 1\n' });
  });

  test('ends at the wanted GTIDs although nothing follows them', async () => {
    const executed = await scalar('SELECT @@global.gtid_executed');
    const { status } = await rowtide([
      'tail',
      server.url,
      '--from',
      'beginning',
      '--until',
      executed,
      '--format',
      'none',
    ]);
    expect(status).toBe(0);
  });

  test('ends at the end of a log whose last transaction is prepared and not finished', async () => {
    await run("XA START 'x'", 'DELETE FROM crm.people', "XA END 'x'", "XA PREPARE 'x'");
    for (const end of [['-e'], ['--until', 'now']]) {
      const { status } = await rowtide(['tail', server.url, '--from', 'beginning', ...end, '--format', 'none']);
      expect(status).toBe(0);
    }
    await run("XA ROLLBACK 'x'");
  });

  test('goes on where its checkpoint says, and keeps transactions whole', async () => {
    const checkpoint = path('tail.json');
    const args = ['--from', 'beginning', '--checkpoint', checkpoint, '--print', '%{pk}', '--exclude', 'shop.live'];
    const first = await rowtide(['tail', server.url, '-e', '-c', '9', ...args, '--include', '*.*']);
    // Four statements and five rows: the transaction of the last is printed whole.
    expect(ids(first.stdout)).toEqual([1, 2, 3, 1, 2]);
    expect(statSync(checkpoint).mode & 0o777).toBe(0o600);
    const rest = await rowtide(['tail', server.url, '-e', '-c', '1', ...args]);
    expect(ids(rest.stdout)).toEqual([10, 11, 12]);

    const shown = await rowtide(['checkpoint', 'show', checkpoint]);
    expect(shown.stdout).toMatch(new RegExp(`^pipeline +tail\nsource +mysql ${uuid}\nGTIDs +${uuid}:1-10\n`));
    const json = JSON.parse((await rowtide(['checkpoint', 'show', checkpoint, '--json'])).stdout);
    expect(json.position.log).toEqual({ gtid: `${uuid}:1-10` });
  });

  test('a checkpoint is changed on purpose, and the one before it kept', async () => {
    const checkpoint = path('moved.json');
    const args = [
      'tail',
      server.url,
      '-e',
      '--from',
      'beginning',
      '--checkpoint',
      checkpoint,
      '--print',
      '%{pk}',
      '-c',
      '1',
    ];
    await rowtide(args);
    const set = await rowtide(['checkpoint', 'set', checkpoint, '--gtid', `${uuid}:1-7`]);
    expect(set).toMatchObject({ status: 0, stderr: '' });
    expect(set.stdout).toContain(`before  ${uuid}:1\nnow     ${uuid}:1-7\n`);
    expect(readFileSync(`${checkpoint}.replaced`, 'utf8')).toContain(`"${uuid}:1"`);
    expect(ids((await rowtide(args)).stdout)).toEqual([1]);
  });

  test('a checkpoint that a running process holds is left alone', async () => {
    const checkpoint = path('held.json');
    const tail = start(['tail', server.url, '--verbose', '--checkpoint', checkpoint]);
    await tail.said(/streaming/);
    const set = await rowtide(['checkpoint', 'set', checkpoint, '--gtid', `${uuid}:1-2`]);
    expect(set.status).toBe(1);
    expect(set.stderr).toMatch(/^rowtide: CHECKPOINT_LOCKED: /);
    const other = await rowtide(['tail', server.url, '--checkpoint', checkpoint]);
    expect(other.stderr).toMatch(/^rowtide: CHECKPOINT_LOCKED: /);
    tail.process.kill('SIGTERM');
    expect((await tail.ended).status).toBe(0);
  });

  test('a checkpoint that is not there cannot be shown or changed', async () => {
    for (const args of [['show'], ['set', '--gtid', `${uuid}:1`]]) {
      const { status, stderr } = await rowtide(['checkpoint', ...args, path('none.json')]);
      expect([status, stderr.split('\n')[0]]).toEqual([1, `rowtide: IO: there is no checkpoint ${path('none.json')}`]);
    }
    expect(existsSync(path('none.json'))).toBe(false);
  });

  test('ends quietly with 0 when nobody reads any more', async () => {
    const tail = start(['tail', server.url, '--from', 'beginning', '--verbose', '--print', '%{sql}']);
    tail.process.stdout?.destroy();
    await tail.said(/streaming/);
    await run('CREATE TABLE shop.unread (id INT)', 'DROP TABLE shop.unread');
    const { status, stderr } = await tail.ended;
    expect(status).toBe(0);
    expect(stderr).not.toContain('EPIPE');
  });

  test('a damaged file ends with 65, its place and a checkpoint that did not move', async () => {
    const copy = path('binlog.000002');
    copyFileSync(binlog(2), copy);
    const checkpoint = path('damaged.json');
    const args = ['tail', copy, '--checkpoint', checkpoint, '--print', '%{pk}'];
    const good = await rowtide([...args, '-c', '1']);
    expect(ids(good.stdout)).toEqual([3]);
    const bytes = readFileSync(copy);
    // Of the row that is updated, behind the transaction that was read.
    const value = bytes.indexOf('first');
    bytes[value] = 0x7a;
    const saved = readFileSync(checkpoint, 'utf8');

    writeFileSync(copy, bytes);
    const flipped = await rowtide(args);
    expect(flipped.status).toBe(65);
    expect(flipped.stderr).toMatch(/^rowtide: EVENT_CHECKSUM: .*binlog\.000002/);

    writeFileSync(copy, bytes.subarray(0, value));
    const cut = await rowtide(['tail', copy, '--format', 'none']);
    expect(cut.status).toBe(65);
    expect(cut.stderr).toMatch(/rowtide: (BINLOG_TRUNCATED|EVENT_CHECKSUM): .*binlog\.000002/);

    writeFileSync(copy, 'this is no binlog');
    const other = await rowtide(['tail', copy]);
    expect(other.status).toBe(65);
    expect(other.stderr).toMatch(/^rowtide: NOT_A_BINLOG: /);
    expect(readFileSync(checkpoint, 'utf8')).toBe(saved);
  });

  test('an event that nobody knows ends with its name and place, and a checkpoint before it', async () => {
    const events = eventsOf(binlog(2));
    const checkpoint = path('unknown.json');
    // Another test may have written to that one.
    const args = ['--exclude', 'shop.live', '--print', '%{pk}'];
    const unknown = fileOf([...events, eventOf(200, Buffer.from('what is this'))], 'binlog.000002');
    const { status, stdout, stderr } = await rowtide(['tail', unknown, ...args, '--checkpoint', checkpoint]);
    expect(ids(stdout)).toEqual([3, 1, 2, 10, 11, 12]);
    expect(stderr).toMatch(
      /^rowtide: EVENT_UNKNOWN: binlog\.000002:\d+ \(.*200.*\): .*is not known.*\n {2}hint: Nothing was skipped/,
    );
    expect(status).toBe(1);
    const flagged = fileOf([...events, eventOf(200, Buffer.from('what is this'), 0x80)], 'binlog.000002');
    const ignored = await rowtide(['tail', flagged, ...args]);
    expect(ignored).toMatchObject({ status: 0, stdout, stderr: '' });
  });

  test('a wrong host ends with 69 after some attempts, a wrong password at once, without telling it', async () => {
    const unreachable = await rowtide(['tail', 'mysql://root@127.0.0.1:1', '-q']);
    expect(unreachable.status).toBe(69);
    expect(unreachable.stderr).toMatch(/^rowtide: SOURCE_UNREACHABLE: 127\.0\.0\.1:1: .*\n {2}hint: .*\n$/);

    const url = `mysql://nobody:hunter22@127.0.0.1:${server.port}`;
    for (const denied of [
      await rowtide(['tail', url, '--verbose']),
      await rowtide(['tail', url.replace(':hunter22', ''), '--verbose'], { env: { MYSQL_PWD: 'hunter22' } }),
    ]) {
      expect(denied.status).toBe(1);
      expect(denied.stderr).toContain('rowtide: SOURCE_ACCESS_DENIED: ');
      expect(denied.stderr + denied.stdout).not.toContain('hunter22');
    }
  });

  test('the password comes from the environment, a file or the URL, which the list of processes does not show', async () => {
    await run("CREATE USER IF NOT EXISTS cdc IDENTIFIED BY 'hunter22'");
    await run('GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO cdc');
    const url = `mysql://cdc@127.0.0.1:${server.port}`;
    writeFileSync(path('password'), 'hunter22\n');
    const end = ['--exit-at-end', '--format', 'none'];
    expect((await rowtide(['tail', url, ...end], { env: { MYSQL_PWD: 'hunter22' } })).status).toBe(0);
    expect((await rowtide(['tail', url, ...end, '--password-file', path('password')])).status).toBe(0);

    const tail = start(['tail', url.replace('@', ':hunter22@'), '--verbose']);
    const said = await tail.said(/streaming/);
    const command = readFileSync(`/proc/${tail.process.pid}/cmdline`, 'utf8');
    expect(said + command).not.toContain('hunter22');
    expect(command).toContain('mysql://cdc:***@');
    tail.process.kill('SIGINT');
    expect((await tail.ended).stderr).not.toContain('hunter22');
  });

  test('reads on as a followed file grows', async () => {
    const current = await scalar('SHOW BINARY LOG STATUS');
    await run('CREATE TABLE IF NOT EXISTS shop.grown (id INT PRIMARY KEY)');
    const tail = start(['tail', join(server.binlogDir, current), '--follow', '--print', '%{table} %{pk}']);
    await run('INSERT INTO shop.grown VALUES (77)');
    await tail.said(/^grown 77$/m);
    await run('FLUSH BINARY LOGS', 'INSERT INTO shop.grown VALUES (78)');
    await tail.said(/^grown 78$/m);
    tail.process.kill('SIGTERM');
    expect((await tail.ended).status).toBe(0);
  });
});
