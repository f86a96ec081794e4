import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import { Connection, parseServerUrl } from 'rowtide';
import { afterAll, beforeAll, expect } from 'vitest';
import { keyFacts, sourceTables } from '../../../connectors/aggregate-replica/key-facts.js';
import { needs, sharedMariadb, sharedMysql } from '../../servers/suite.js';

const SERVERS = [
  { title: 'MySQL', need: 'mysql', address: () => sharedMysql('9.7') },
  { title: 'MariaDB', need: 'mariadb', address: () => sharedMariadb('11.8') },
] as const;

for (const { title, need, address } of SERVERS) {
  needs(need).describe(`what ${title} says of its keys`, () => {
    const schema = `keys_${randomUUID().slice(0, 8)}`;
    let sql: mysql.Connection;
    let connection: Connection;

    beforeAll(async () => {
      const { url } = await address();
      sql = await mysql.createConnection(url);
      connection = await Connection.open(parseServerUrl(url), new AbortController().signal);
      await sql.query(`CREATE DATABASE ${schema}`);
      await sql.query(`USE ${schema}`);
      await sql.query('SET SESSION auto_increment_increment = 3, auto_increment_offset = 2');
      await sql.query('SET GLOBAL auto_increment_increment = 3, GLOBAL auto_increment_offset = 2');
    });
    afterAll(async () => {
      await sql.query('SET GLOBAL auto_increment_increment = 1, GLOBAL auto_increment_offset = 1');
      await sql.query(`DROP DATABASE ${schema}`);
      await sql.end();
      await connection.close();
    });

    const factsOf = async (table: string) => {
      const tables = await sourceTables(connection, (each, name) => each === schema && name === table);
      return keyFacts(connection, tables[0]!, 'here');
    };

    needs(need).test('are its numbers, and whether all of them are of its steps', async () => {
      await sql.query('CREATE TABLE numbered (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, mail VARCHAR(20) UNIQUE)');
      const numbers = { increment: 3, offset: 2, next: 1n, range: null, isOnSteps: true };
      expect(await factsOf('numbered')).toEqual({
        source: 'here',
        keys: [['id'], ['mail']],
        numbering: { column: 'id', numbers },
      });
      await sql.query("INSERT INTO numbered (mail) VALUES ('a'), ('b')");
      expect((await factsOf('numbered')).numbering?.numbers).toEqual({
        ...numbers,
        next: expect.any(BigInt),
        range: { min: 2n, max: 5n },
      });
      await sql.query("INSERT INTO numbered VALUES (18446744073709551600, 'c')");
      expect((await factsOf('numbered')).numbering?.numbers).toMatchObject({
        range: { min: 2n, max: 18446744073709551600n },
        isOnSteps: false,
      });
    });

    needs(need).test('are their columns where nothing is numbered', async () => {
      await sql.query('CREATE TABLE paired (a INT, b INT, c INT AUTO_INCREMENT, PRIMARY KEY (a, b), KEY (c))');
      expect(await factsOf('paired')).toEqual({ source: 'here', keys: [['a', 'b']], numbering: null });
    });
  });
}
