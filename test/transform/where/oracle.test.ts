import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rows, Transaction } from '../../../src/core/transaction.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { serverCatalog } from '../../../src/schema/catalog.js';
import { serverLog } from '../../../src/source/server.js';
import { parseCondition } from '../../../src/transform/where/condition.js';
import { FALSE, judgeOf, TRUE, type Truth } from '../../../src/transform/where/judge.js';
import { Random, scaled, seedOf } from '../../roundtrip/random.js';
import { headOf, stream } from '../../roundtrip/stream.js';
import { needs, sharedMysql } from '../../servers/suite.js';
import { type Predicate, randomPredicate, randomRow, SUBJECTS } from './predicates.js';

const ROWS = 200;
const PREDICATES = scaled(1_000);

/** Random rows and random predicates, of which the server's own WHERE says what is right. */
needs('mysql').describe('a condition is as true as the server finds it', () => {
  let sql: mysql.Connection;
  const random = new Random(seedOf('row filters'));

  beforeAll(async () => {
    sql = await mysql.createConnection((await sharedMysql()).url);
    await sql.query(
      "SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES', NAMES utf8mb4 COLLATE utf8mb4_0900_bin",
    );
    await sql.query('DROP DATABASE IF EXISTS judged');
    await sql.query('CREATE DATABASE judged');
    const columns = SUBJECTS.map(({ name, sql: type }) => `${name} ${type}`);
    await sql.query(`CREATE TABLE judged.rows_ (id INT PRIMARY KEY, ${columns.join(', ')})`);
  });
  afterAll(async () => {
    await sql?.query('DROP DATABASE IF EXISTS judged');
    await sql?.end();
  });

  test(`${PREDICATES} predicates on ${ROWS} rows`, async () => {
    const address = parseServerUrl((await sharedMysql()).url);
    const log = serverLog({ address });
    const catalog = serverCatalog(address, new AbortController().signal);
    const from = await headOf(log);
    const rows = Array.from({ length: ROWS }, (_, id) => `(${id}, ${randomRow(random)})`);
    await sql.query(`INSERT INTO judged.rows_ VALUES ${rows.join(', ')}`);
    const differences: string[] = [];
    for await (const transaction of stream(log, { from, mode: { kind: 'assume-current', catalog } })) {
      const inserts = insertsOf(transaction);
      if (inserts.length === 0) continue;
      for (let i = 0; i < PREDICATES; i++) differences.push(...(await differencesOf(randomPredicate(random), inserts)));
      break;
    }
    expect(differences.slice(0, 20)).toEqual([]);
  });

  async function differencesOf({ ours, asked }: Predicate, inserts: readonly Rows[]): Promise<string[]> {
    const [found] = await sql.query<mysql.RowDataPacket[]>(
      `SELECT ${asked} AS truth, id IN (SELECT id FROM judged.rows_ WHERE ${asked}) AS isFound FROM judged.rows_ ORDER BY id`,
    );
    const judged = truthsOf(ours, inserts);
    expect(judged.length).toBe(ROWS);
    return judged.flatMap((truth, id) => {
      const { truth: expected, isFound } = found[id]!;
      const isRight = truth === expected && (truth === 1) === (isFound === 1);
      return isRight ? [] : [`${ours}: row ${id} is ${truth}, and the server says ${expected}, found ${isFound}`];
    });
  }
});

function insertsOf(transaction: Transaction): Rows[] {
  return [...transaction.entries]
    .filter((entry) => entry.kind === 'rows')
    .filter(({ table }) => table.name === 'rows_');
}

function truthsOf(condition: string, inserts: readonly Rows[]): (number | null)[] {
  const truths: (number | null)[] = [];
  for (const rows of inserts) {
    const judge = judgeOf(parseCondition(condition), rows.table);
    const cursor = rows.cursor();
    while (cursor.next()) truths.push(asServer(judge(cursor.after!, null)));
  }
  return truths;
}

function asServer(truth: Truth): number | null {
  return truth === TRUE ? 1 : truth === FALSE ? 0 : null;
}
