import { beforeAll, expect, it } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { Session } from '../../src/mysql/session.js';
import { SqlError } from '../../src/mysql/session-error.js';
import { parseServerUrl, type ServerAddress } from '../../src/mysql/url.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';

const never: AbortSignal = new AbortController().signal;

async function withSession<T>(
  address: ServerAddress,
  use: (session: Session) => Promise<T>,
  lockWaitSeconds = 1,
): Promise<T> {
  const session = await Session.open(address, never, { lockWaitSeconds });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

const failure = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => 'no error',
    (error) => error,
  );

needs('mysql', 'mariadb').describe.each(['MySQL', 'MariaDB'])('a session on %s', (flavour) => {
  let target: ServerAddress;

  beforeAll(async () => {
    const server = flavour === 'MySQL' ? await sharedMysql() : await sharedMariadb();
    target = parseServerUrl(server.url);
    await withSession(target, (s) =>
      s.run([
        'DROP DATABASE IF EXISTS session',
        'CREATE DATABASE session',
        'CREATE TABLE session.t (id INT PRIMARY KEY, v VARBINARY(20))',
      ]),
    );
  });

  it('is the same whatever the server is set to', async () => {
    const rows = await withSession(target, (s) =>
      s.query('SELECT @@time_zone, @@sql_mode, @@character_set_connection, @@innodb_lock_wait_timeout, @@autocommit'),
    );
    const mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
    expect(rows.map(([zone, modes, ...rest]) => [zone, String(modes).split(',').sort(), ...rest])).toEqual([
      ['+00:00', mode.split(',').sort(), 'utf8mb4', '1', '1'],
    ]);
  });

  it('sends many statements at once, and tells of each what it found', async () => {
    const results = await withSession(target, (s) =>
      s.run([
        "INSERT INTO session.t VALUES (1, 'é'), (2, '𝄞')",
        "UPDATE session.t SET v = 'é' WHERE id = 1",
        'SELECT id, HEX(v) FROM session.t ORDER BY id',
        'DELETE FROM session.t WHERE id = 3',
      ]),
    );
    expect(results.map(({ affectedRows, rows }) => [affectedRows, rows])).toEqual([
      [2, []],
      [1, []],
      [
        0,
        [
          [1, 'C3A9'],
          [2, 'F09D849E'],
        ],
      ],
      [0, []],
    ]);
  });

  it('sends bytes as they are, also of another character set', async () => {
    const latin1 = Buffer.from("SELECT HEX(_binary'\xe9')", 'latin1');
    const results = await withSession(target, (s) => s.run(["SET character_set_client = 'latin1'", latin1]));
    expect(results[1]!.rows).toEqual([['E9']]);
  });

  it('never commits what follows a statement that failed in the same packet', async () => {
    const error = await withSession(target, (s) =>
      failure(
        s.run(['BEGIN', "INSERT INTO session.t VALUES (10, '')", "INSERT INTO session.t VALUES (10, '')", 'COMMIT']),
      ),
    );
    expect(error).toBeInstanceOf(SqlError);
    expect(error).toMatchObject({ code: 'SINK_CONFLICT', errno: 1062, statement: 2, retryable: false });
    expect(await withSession(target, (s) => s.query('SELECT * FROM session.t WHERE id = 10'))).toEqual([]);
  });

  it('sends packets above 16 MiB, and refuses those that the server would', async () => {
    const sizes = [-22, -21, -20, -19, -18, 1000].map((more) => 2 ** 24 + more);
    await withSession(target, async (s) => {
      for (const size of sizes) {
        const [row] = await s.query<[string | number]>(`SELECT LENGTH('${'x'.repeat(size)}')`);
        expect(Number(row![0])).toBe(size);
      }
      expect(await failure(s.run(Array<string>(64).fill('x'.repeat(s.packetBytesMax / 64))))).toMatchObject({
        code: 'RECORD_TOO_LARGE',
      });
    });
  });

  it('says who waits for a lock, and that it can be tried again', async () => {
    await withSession(target, async (holder) => {
      await holder.run([
        "REPLACE INTO session.t VALUES (20, '')",
        'BEGIN',
        'SELECT id FROM session.t WHERE id = 20 FOR UPDATE',
      ]);
      const error = await withSession(target, (s) =>
        failure(s.run(['SELECT 1', "UPDATE session.t SET v = 'x' WHERE id = 20"])),
      );
      expect(error).toMatchObject({ code: 'SINK_BUSY', errno: 1205, statement: 1, retryable: true });
    });
  });

  it('does not know what became of the statements when the connection is killed', async () => {
    await withSession(target, async (s) => {
      const running = failure(s.run(['SELECT SLEEP(60)']));
      await s.kill('connection', never);
      const error = (await running) as SqlError;
      expect(error).toMatchObject({ code: 'SINK_UNREACHABLE', retryable: true });
      await s.kill('connection', never);
      expect(await failure(s.run(['SELECT 1']))).toMatchObject({ code: 'SINK_UNREACHABLE', errno: 0 });
    });
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const session = await Session.open(target, controller.signal);
    const running = failure(session.run(['SELECT SLEEP(60)']));
    controller.abort(new Error('enough'));
    expect(await running).toMatchObject({ message: 'enough' });
    await session.close();
  });

  it('names a target that is not there, and a user that may not', async () => {
    expect(await failure(Session.open({ ...target, port: 1 }, never))).toMatchObject({
      code: 'SINK_UNREACHABLE',
      retryable: true,
    });
    const denied = await failure(Session.open({ ...target, user: 'nobody' }, never));
    expect(denied).toBeInstanceOf(RowtideError);
    expect(denied).toMatchObject({ code: 'SINK_REFUSED', errno: expect.any(Number) });
  });
});
