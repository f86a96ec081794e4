import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { needs, sharedMariadb } from '../../servers/suite.js';
import { contents, execute, executed, replicate, select } from './replicating.js';

interface Case {
  readonly what: string;
  /** What is done to the target, behind its back. */
  readonly broken: readonly string[];
  /** What the source does then. */
  readonly change: readonly string[];
  readonly code: string;
  readonly message: RegExp;
  readonly mended: readonly string[];
}

const quietly = (...statements: string[]): string[] => ['SET sql_log_bin = 0', ...statements];

const CASES: readonly Case[] = [
  {
    what: 'the target is read only',
    broken: ['SET GLOBAL super_read_only = 1'],
    change: ["INSERT INTO shop.t VALUES (10, 'a', 1)"],
    code: 'SINK_REFUSED',
    message: /super-read-only/,
    mended: ['SET GLOBAL super_read_only = 0', 'SET GLOBAL read_only = 0'],
  },
  {
    what: 'the user lacks a privilege',
    broken: quietly(
      'REVOKE BINLOG_ADMIN, REPLICATION_APPLIER, SESSION_VARIABLES_ADMIN, SYSTEM_VARIABLES_ADMIN, SUPER ON *.* FROM applier',
    ),
    change: ["INSERT INTO shop.t VALUES (11, 'a', 1)"],
    code: 'SINK_REFUSED',
    message: /privilege/,
    mended: quietly('GRANT ALL ON *.* TO applier'),
  },
  {
    what: 'a table is missing',
    broken: quietly('RENAME TABLE shop.t TO shop.gone'),
    change: ["INSERT INTO shop.t VALUES (12, 'a', 1)"],
    code: 'SINK_REFUSED',
    message: /insert of shop\.t: .*shop\.t/,
    mended: quietly('RENAME TABLE shop.gone TO shop.t'),
  },
  {
    what: 'the table has other columns',
    broken: quietly('ALTER TABLE shop.t DROP COLUMN v'),
    change: ["INSERT INTO shop.t VALUES (13, 'a', 1)"],
    code: 'SINK_REFUSED',
    message: /insert of shop\.t: .*have \(@1 INT, @2 VARCHAR.*, @3 INT\), the target’s have \(id int, n int\)/,
    mended: quietly(
      "ALTER TABLE shop.t ADD COLUMN v VARCHAR(20) DEFAULT 'a' AFTER id",
      'ALTER TABLE shop.t ALTER COLUMN v SET DEFAULT NULL',
    ),
  },
  {
    what: 'a duplicate key was written behind our back',
    broken: quietly("INSERT INTO shop.t VALUES (14, 'b', 2)"),
    change: ["INSERT INTO shop.t VALUES (14, 'a', 1)"],
    code: 'SINK_CONFLICT',
    message: /insert of shop\.t: .*'14'.*; the row is @1=14, @2='a', @3=1$/,
    mended: quietly('DELETE FROM shop.t WHERE id = 14'),
  },
  {
    what: 'a row is not there',
    broken: quietly('DELETE FROM shop.t WHERE id = 1'),
    change: ["UPDATE shop.t SET v = 'z'"],
    code: 'SINK_CONFLICT',
    message: /update of shop\.t: /,
    mended: quietly("INSERT INTO shop.t VALUES (1, 'a', 1)"),
  },
];

needs('own').describe('a replica by binlog events stops by name, and goes on once it is mended, where', () => {
  let source: MysqlServer;
  let target: MysqlServer;
  let applier: { url: string };

  beforeAll(async () => {
    // A table that is put there finds no more room than this.
    const options = ['--innodb-data-file-path=ibdata1:12M'];
    [source, target] = await Promise.all([startMysql(), startMysql({ options })]);
    await execute(source, 'CREATE DATABASE shop', 'CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(20), n INT)');
    await execute(source, "INSERT INTO shop.t VALUES (1, 'a', 1), (2, 'a', 1)");
    await execute(target, ...quietly("CREATE USER applier IDENTIFIED BY ''", 'GRANT ALL ON *.* TO applier'));
    applier = { url: target.url.replace('root@', 'applier@') };
    await replicate({ source, target: applier });
  });

  afterAll(async () => {
    for (const server of [source, target]) await server?.remove();
  });

  for (const { what, broken, change, code, message, mended } of CASES) {
    it(what, async () => {
      await execute(target, ...broken);
      const before = await executed(target);
      await execute(source, ...change);
      const gtid = (await executed(source)).replace(/:1-/, ':');
      const error: unknown = await replicate({ source, target: applier }).catch((why: unknown) => why);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message), retryable: false });
      expect((error as Error).message).toContain(gtid);
      expect(await executed(target)).toBe(before);
      await execute(target, ...mended);
      expect(await replicate({ source, target: applier })).toBe('ended');
      expect(await contents(target)).toEqual(await contents(source));
    });
  }

  it('the target, or the source, is of another flavour', async () => {
    const mariadb = await sharedMariadb();
    await expect(replicate({ source, target: mariadb })).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining('MariaDB'),
    });
    await expect(replicate({ source: mariadb, target })).rejects.toMatchObject({
      code: 'SOURCE_FOREIGN',
      message: expect.stringContaining('MariaDB'),
    });
    await execute(mariadb, 'DROP DATABASE rowtide');
  });

  // Mode sql comes last: what it writes has not the transaction ids of the source.
  for (const mode of ['binlog', 'sql'] as const) {
    it(`the disk of the target is full (mode ${mode})`, async () => {
      const table = `shop.large_${mode}`;
      const replication = { source, target, options: { mode } } as const;
      await execute(source, `CREATE TABLE ${table} (id INT PRIMARY KEY, v LONGTEXT)`);
      await replicate({ source, target });
      // Begins here.
      await replicate(replication);
      await execute(target, ...quietly(`ALTER TABLE ${table} TABLESPACE innodb_system`));
      await fill(target);
      const before = await positionOf(target, mode);
      await execute(source, `INSERT INTO ${table} VALUES (1, REPEAT('x', 500000))`);
      await expect(replicate(replication)).rejects.toMatchObject({
        code: 'SINK_REFUSED',
        message: expect.stringMatching(/The table '\w+' is full/),
        retryable: true,
      });
      expect(await positionOf(target, mode)).toBe(before);
      await execute(target, ...quietly('DROP TABLE shop.filler'));
      expect(await replicate(replication)).toBe('ended');
      expect(await contents(target)).toEqual(await contents(source));
    });
  }
});

/** Leaves no room in the tablespace that does not grow. */
async function fill(target: MysqlServer): Promise<void> {
  await execute(
    target,
    ...quietly('CREATE TABLE shop.filler (id INT AUTO_INCREMENT PRIMARY KEY, v LONGTEXT) TABLESPACE innodb_system'),
  );
  for (const bytes of [1_000_000, 30_000, 1000]) {
    const insert = `INSERT INTO shop.filler (v) VALUES (REPEAT('x', ${bytes}))`;
    const full = async (): Promise<string> => {
      for (;;) await execute(target, ...quietly(insert));
    };
    await expect(full()).rejects.toMatchObject({ code: 'ER_RECORD_FILE_FULL' });
  }
}

async function positionOf(target: MysqlServer, mode: 'binlog' | 'sql'): Promise<string> {
  if (mode === 'binlog') return executed(target);
  const [[checkpoint] = []] = await select(target, 'SELECT checkpoint FROM rowtide.checkpoint');
  return String(checkpoint);
}
