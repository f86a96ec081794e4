import { afterAll, beforeAll, expect, it } from 'vitest';
import { GtidSet } from '../../src/core/gtid.js';
import { type ColumnFacts, readAllColumns, readColumns } from '../../src/mysql/columns.js';
import { Connection } from '../../src/mysql/connect.js';
import { logFiles, probe, waitForGtids } from '../../src/mysql/probe.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { type MysqlServer, type MysqlVersion, startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';

needs('own').describe.each<MysqlVersion>(['9.7', '8.0', '5.7'])('MySQL %s', (version) => {
  let server: MysqlServer;
  let connection: Connection;

  beforeAll(async () => {
    server = await startMysql({ version });
    connection = await Connection.open(parseServerUrl(server.url), new AbortController().signal);
    await connection.query('CREATE DATABASE shop');
  });

  afterAll(async () => {
    await connection?.close();
    await server?.remove();
  });

  it('is asked about itself', async () => {
    const facts = await probe(connection);
    expect(facts).toEqual({
      identity: { flavour: 'mysql', id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      version: expect.stringMatching(version === '9.7' ? /^9\./ : new RegExp(`^${version}\\.`)),
      serverId: server.port,
      logBin: true,
      binlogFormat: 'ROW',
      binlogRowImage: 'FULL',
      binlogRowMetadata: version === '5.7' ? null : 'MINIMAL',
      binlogChecksum: 'CRC32',
      gtidMode: 'ON',
      domains: null,
      gtids: { executed: GtidSet.parse(`${facts.identity.id}:1`), purged: GtidSet.empty },
    });
  });

  it('lists its log files', async () => {
    expect(await logFiles(connection)).toEqual([{ name: 'binlog.000001', sizeBytes: expect.any(Number) }]);
  });

  it('is waited for until it has executed a GTID, or not', async () => {
    const { id } = (await probe(connection)).identity;
    expect(await waitForGtids(connection, GtidSet.parse(`${id}:1`), 1)).toBe(true);
    expect(await waitForGtids(connection, GtidSet.parse(`${id}:100`), 1)).toBe(false);
  });

  it('describes the columns of a table, the key in its own order', async () => {
    await connection.query(`
      CREATE TABLE shop.\`odd \`\`name\` (
        id INT UNSIGNED NOT NULL AUTO_INCREMENT,
        b VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
        c ENUM('x', 'y,z') CHARACTER SET utf8mb4,
        d DECIMAL(10, 3),
        e DATETIME(4),
        f INT GENERATED ALWAYS AS (d + 1) VIRTUAL,
        PRIMARY KEY (b, id), KEY (id), UNIQUE KEY (c)
      )`);
    const columns = (await readColumns(connection, { schema: 'shop', name: 'odd `name' }))!;
    const by = (name: string): ColumnFacts => columns.find((column) => column.name === name)!;
    expect(columns.map(({ name, ordinal }) => `${ordinal} ${name}`)).toEqual([
      '1 id',
      '2 b',
      '3 c',
      '4 d',
      '5 e',
      '6 f',
    ]);
    expect(by('id')).toMatchObject({ dataType: 'int', nullable: false, keyPosition: 2, extra: 'auto_increment' });
    expect(by('id').columnType).toMatch(/^int(\(10\))? unsigned$/);
    expect(by('b')).toMatchObject({
      dataType: 'varchar',
      columnType: 'varchar(20)',
      characterSet: 'latin1',
      collation: 'latin1_bin',
      collationId: 47,
      keyPosition: 1,
      charLength: 20,
      octetLength: 20,
    });
    expect(by('c')).toMatchObject({
      columnType: "enum('x','y,z')",
      characterSet: 'utf8mb4',
      keyPosition: null,
      nullable: true,
    });
    expect(by('d')).toMatchObject({ precision: 10, scale: 3, collationId: null });
    expect(by('e')).toMatchObject({ datetimePrecision: 4 });
    expect(by('f')).toMatchObject({ extra: 'VIRTUAL GENERATED' });
  });

  it('knows no table that is not there, and lists all that are', async () => {
    await connection.query('CREATE TABLE shop.a (id INT)');
    expect(await readColumns(connection, { schema: 'shop', name: 'missing' })).toBeNull();
    const tables = await readAllColumns(connection);
    expect(tables.map(({ schema, name, columns }) => [schema, name, columns.length])).toEqual([
      ['shop', 'a', 1],
      ['shop', 'odd `name', 6],
    ]);
  });
});
