import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneInto } from '../../servers/clone.js';
import { run } from '../../servers/command.js';
import { type MysqlServer, mysqlTool, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { contents, execute, executed, replicate, select, start } from './replicating.js';

needs('own').describe('a replica by binlog events', () => {
  let source: MysqlServer;
  let target: MysqlServer;

  beforeAll(async () => {
    [source, target] = await Promise.all([startMysql(), startMysql()]);
  });

  afterAll(async () => {
    for (const server of [source, target]) await server?.remove();
  });

  const expectEqual = async (): Promise<void> => {
    expect(await contents(target)).toEqual(await contents(source));
    expect(await executed(target)).toBe(await executed(source));
  };

  it('begins with an empty target, and has the rows and transaction ids of its source', async () => {
    await execute(
      source,
      'CREATE DATABASE shop',
      'USE shop',
      `CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, item VARCHAR(40), price DECIMAL(10,2), at TIMESTAMP(6) DEFAULT now(6),
         total DECIMAL(12,2) AS (price * 1.19) STORED, half DECIMAL(12,2) AS (price / 2) VIRTUAL, KEY (half))`,
      "INSERT INTO orders (item, price) VALUES ('pen', 1.5), ('ink', 7), ('päper', 3.25)",
      "UPDATE orders SET price = price + 1 WHERE item <> 'pen'",
      'BEGIN',
      "INSERT INTO orders (item, price) VALUES ('kept', 1)",
      'SAVEPOINT s',
      "INSERT INTO orders (item, price) VALUES ('undone', 1)",
      'ROLLBACK TO s',
      'DELETE FROM orders WHERE id = 1',
      'COMMIT',
    );
    expect(await replicate({ source, target })).toBe('ended');
    await expectEqual();
    expect(await select(target, 'SELECT item FROM shop.orders ORDER BY id')).toEqual([['ink'], ['päper'], ['kept']]);
  });

  it('stops where somebody else used a transaction id of the source on the target', async () => {
    const [uuid, last] = (await executed(source)).split(':1-');
    await using running = start({ source, target });
    await execute(source, "INSERT INTO shop.orders (item) VALUES ('first')");
    await running.reached(`${uuid}:1-${Number(last) + 1}`);
    const foreign = `${uuid}:${Number(last) + 2}`;
    await execute(target, `SET gtid_next = '${foreign}'`, 'BEGIN', 'COMMIT', "SET gtid_next = 'AUTOMATIC'");
    await execute(source, "DELETE FROM shop.orders WHERE item = 'first'");
    expect(await running.failure()).toMatchObject({ code: 'SINK_DIVERGED', message: expect.stringContaining(foreign) });
    await execute(target, 'SET sql_log_bin = 0', "DELETE FROM shop.orders WHERE item = 'first'");
    expect(await replicate({ source, target })).toBe('ended');
    await expectEqual();
  });

  it('takes over from a writer that is still there, which then stops', async () => {
    await using before = start({ source, target });
    await execute(source, "INSERT INTO shop.orders (item) VALUES ('by the first')");
    await before.reached(await executed(source));
    await using after = start({ source, target });
    let error: unknown;
    void before.failure().then((why) => {
      error = why;
    });
    // It notices with the next transaction that it writes.
    while (error === undefined) {
      await execute(source, "INSERT INTO shop.orders (item) VALUES ('by either')");
      await after.reached(await executed(source));
    }
    expect(error).toMatchObject({ code: 'SINK_FENCED', retryable: false });
    await expectEqual();
  });

  it('begins behind a dump, whose transaction ids the target then has', async () => {
    const dumped = ['-h', source.host, '-P', String(source.port), '-u', source.user, '--single-transaction'];
    const dump = await run(await mysqlTool('mysqldump'), [
      '--no-defaults',
      ...dumped,
      '--set-gtid-purged=ON',
      '--databases',
      'shop',
    ]);
    await execute(target, 'DROP DATABASE shop', 'RESET BINARY LOGS AND GTIDS');
    const client = ['--no-defaults', '-h', target.host, '-P', String(target.port), '-u', target.user];
    await run(await mysqlTool('mysql'), client, { input: dump });
    await execute(source, "INSERT INTO shop.orders (item, price) VALUES ('after the dump', 2)");
    expect(await replicate({ source, target })).toBe('ended');
    await expectEqual();
  });

  it('begins behind a clone, which brings its transaction ids along', async () => {
    await cloneInto(target, source);
    expect(await executed(target)).toBe(await executed(source));
    await execute(source, "INSERT INTO shop.orders (item, price) VALUES ('after the clone', 2)");
    expect(await replicate({ source, target })).toBe('ended');
    await expectEqual();
  });

  it('sends a large transaction in packets that the target takes', async () => {
    await execute(target, 'SET GLOBAL max_allowed_packet = 65536');
    await execute(
      source,
      'CREATE TABLE shop.large (id INT PRIMARY KEY, v VARCHAR(2000))',
      'INSERT INTO shop.large SELECT 10 * a.n + b.n, REPEAT("x", 1900) FROM (VALUES ROW(0), ROW(1), ROW(2)) a (n), (VALUES ROW(0), ROW(1), ROW(2)) b (n)',
      'BEGIN',
      ...[100, 1000, 10000].map((more) => `INSERT INTO shop.large SELECT id + ${more}, v FROM shop.large`),
      'COMMIT',
    );
    expect(await replicate({ source, target })).toBe('ended');
    await expectEqual();
  });
});
