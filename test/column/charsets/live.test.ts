/**
 * Tables with columns of every character set, streamed: rows hold what the server's own conversion says, and texts that
 * are none are kept as their bytes.
 */
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes } from '../../../src/column/changes.js';
import type { Row, Value } from '../../../src/core/change.js';
import { InvalidText } from '../../../src/core/invalid-text.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { serverCatalog } from '../../../src/schema/catalog.js';
import type { SchemaMode } from '../../../src/schema/schemas.js';
import { serverLog } from '../../../src/source/server.js';
import { jsonLines } from '../../roundtrip/compare.js';
import { Random, scaled, seedOf } from '../../roundtrip/random.js';
import { headOf, stream } from '../../roundtrip/stream.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { CHARSETS, decode, spaces, textOf } from './texts.js';

const never = new AbortController().signal;
const ROWS = scaled(40);

const SERVERS = [
  {
    name: 'MySQL 9.7, row metadata FULL',
    start: () => startMysql({ options: ['--binlog-row-metadata=FULL'] }),
    charsets: CHARSETS,
    hasMetadata: true,
    isStrict: true,
  },
  {
    name: 'MySQL 5.7, without row metadata',
    start: () => startMysql({ version: '5.7' }),
    charsets: CHARSETS,
    hasMetadata: false,
    isStrict: false,
  },
  {
    name: 'MariaDB 11.8, row metadata FULL',
    start: () => startMariadb({ options: ['--binlog-row-metadata=FULL'] }),
    charsets: CHARSETS.filter((charset) => charset !== 'gb18030'),
    hasMetadata: true,
    isStrict: false,
  },
  {
    name: 'MariaDB 10.11, without row metadata',
    start: () => startMariadb({ version: '10.11' }),
    charsets: CHARSETS.filter((charset) => charset !== 'gb18030'),
    hasMetadata: false,
    isStrict: false,
  },
];

needs('own').describe.each(SERVERS)('$name', ({ name, start, charsets, hasMetadata, isStrict }) => {
  let server: DatabaseServer;
  let connection: mysql.Connection;

  beforeAll(async () => {
    server = await start();
    const { host, port, user } = server;
    connection = await mysql.createConnection({ host, port, user, charset: 'utf8mb4' });
    await connection.query("SET sql_mode = ''");
    await connection.query('CREATE DATABASE texts');
    await connection.query('USE texts');
  });

  afterAll(async () => {
    await connection?.end();
    await server?.remove();
  });

  /** The rows that `inserts` log, as objects and as JSON. */
  async function rowsOf(inserts: readonly string[], mode = schemaMode()): Promise<{ row: Row; json: Row }[]> {
    const log = serverLog({ address: parseServerUrl(server.url) });
    const from = await headOf(log);
    for (const sql of inserts) await connection.query(sql);
    const rows: { row: Row; json: Row }[] = [];
    for await (const transaction of stream(log, { from, mode })) {
      const [change] = [...changes(transaction)];
      if (change?.kind !== 'insert') throw new Error(`${change?.kind} where a row was inserted`);
      rows.push({
        row: change.after as Row,
        json: (JSON.parse(jsonLines(transaction)[0]!.value) as { after: Row }).after,
      });
      if (rows.length === inserts.length) break;
    }
    return rows;
  }

  function schemaMode(): SchemaMode {
    if (hasMetadata) return { kind: 'auto', history: null };
    return { kind: 'assume-current', catalog: serverCatalog(parseServerUrl(server.url), never) };
  }

  it('columns of every set hold the texts that the server converts them to', async () => {
    const random = new Random(seedOf(`texts of ${name}`));
    const columns = charsets.flatMap((charset) => columnsOf(charset, { random, isStrict }));
    await connection.query(`CREATE TABLE every (${columns.map(({ sql }) => sql).join(', ')}) ENGINE=MyISAM`);
    const inserts = Array.from(
      { length: ROWS },
      () => `INSERT INTO every VALUES (${columns.map(({ value }) => value()).join(', ')})`,
    );
    const rows = await rowsOf(inserts);
    const texts = columns.map(({ column }) => `CONVERT(${column} USING utf8mb4) AS ${column}`);
    const [expected] = await connection.query<mysql.RowDataPacket[]>(`SELECT ${texts.join(', ')} FROM every`);
    expected.forEach((texts, i) => {
      expect(rows[i]!.row).toEqual({ ...texts });
      expect(rows[i]!.json).toEqual({ ...texts });
    });
  });

  it('bytes that are no text in their set are kept, and marked in rows and in JSON', async () => {
    const cells = [...INVALID, ...(isStrict ? [] : INVALID_OF_OLD)].map(({ charset, hex }, i) => ({
      charset,
      hex,
      column: `c${i}`,
    }));
    const definitions = cells.map(({ charset, column }) => `${column} VARCHAR(20) CHARACTER SET ${charset}`);
    await connection.query(`CREATE TABLE invalid (${definitions.join(', ')}, plain TEXT CHARACTER SET latin1)`);
    const values = cells.map(({ hex }) => `x'${hex}'`);
    const [found] = await rowsOf([`INSERT INTO invalid VALUES (${values.join(', ')}, 'plain')`]);
    const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
    expect(found!.row).toEqual({
      ...Object.fromEntries(
        cells.map(({ column, charset, hex }) => [column, new InvalidText(new Uint8Array(bytes(hex)), charset)]),
      ),
      plain: 'plain',
    });
    expect(found!.json).toEqual({
      ...Object.fromEntries(
        cells.map(({ column, charset, hex }) => [column, { $invalid: bytes(hex).toString('base64'), charset }]),
      ),
      plain: 'plain',
    });
  });

  it('without anybody who knows the columns, bytes are as they were logged', async () => {
    await connection.query(`CREATE TABLE unnamed (a CHAR(100) CHARACTER SET utf8mb4, b CHAR(9) CHARACTER SET latin1,
      c BINARY(4), d VARCHAR(9) CHARACTER SET cp1251)`);
    if (hasMetadata) await connection.query('SET GLOBAL binlog_row_metadata = MINIMAL');
    const insert = "INSERT INTO unnamed VALUES ('日本', 'é', x'0100', _cp1251 x'c6')";
    const [found] = await rowsOf([insert], { kind: 'none' });
    const bytes = (hex: string): Value => new Uint8Array(Buffer.from(hex, 'hex'));
    const unknown = { '@1': bytes('e697a5e69cac'), '@2': bytes('e9'), '@3': bytes('01'), '@4': bytes('c6') };
    // Who describes columns at all, as MySQL does from 8.0 on, says their character sets.
    const known = { '@1': '日本', '@2': 'é', '@3': bytes('01000000'), '@4': 'Ж' };
    expect(found!.row).toEqual(hasMetadata ? known : unknown);
  });
});

interface TextColumn {
  readonly column: string;
  readonly sql: string;
  /** SQL of a text by chance. */
  readonly value: () => string;
}

function columnsOf(charset: string, { random, isStrict }: { random: Random; isStrict: boolean }): TextColumn[] {
  const set = charset === 'utf8mb3' ? 'utf8' : charset;
  const text = (charsMax: number, spacesMax = 0): string => {
    const characters = textOf(charset, random, random.int(0, charsMax - spacesMax));
    return `_${set} x'${Buffer.concat([characters, spaces(charset, random.int(0, spacesMax))]).toString('hex')}'`;
  };
  const [label, other] = labelsOf(charset, random);
  const labels = `('${label}', '${other}', 'plain')`;
  const columns: [type: string, value: () => string][] = [
    ['CHAR(12)', () => text(12, 3)],
    // Where a character takes four bytes, this is more than 255 and has its length in two.
    ['CHAR(80)', () => text(80, 3)],
    ['VARCHAR(40)', () => text(40, 3)],
    ['TEXT', () => text(100)],
    [`ENUM${labels}`, () => String(random.int(1, 3))],
    [`SET${labels}`, () => String(random.int(0, 7))],
  ];
  // MySQL 5.7 cuts the labels of these itself, and what it then selects is not even text.
  if (!isStrict && /^(ucs2|utf16|utf16le|utf32)$/.test(charset)) columns.splice(-2);
  return columns.map(([type, value], i) => {
    const column = `${charset}_${i}`;
    return { column, sql: `${column} ${type} CHARACTER SET ${set}`, value };
  });
}

/** Two letters of the set, beyond ASCII where it has such. */
function labelsOf(charset: string, random: Random): [string, string] {
  const letters = new Set<string>();
  for (let i = 0; letters.size < 2; i++) {
    const text = decode(charset, [...textOf(charset, random, 1)])!;
    // A server's catalog has question marks for labels beyond U+FFFF; the log has them as they are.
    const isWanted = i > 2000 ? /^[a-z]$/ : /^[\x80-\uffff]$/;
    if (/^\p{Lo}|\p{Ll}$/u.test(text) && isWanted.test(text)) letters.add(text);
  }
  return [...letters] as [string, string];
}

/** What servers before MySQL 8.0 store, and MariaDB. */
const INVALID_OF_OLD = [
  { charset: 'ascii', hex: '6180' },
  { charset: 'utf8mb4', hex: '61eda080' },
  { charset: 'utf32', hex: '0000d800' },
];

/** What all servers store. */
const INVALID = [
  { charset: 'ucs2', hex: '0041d800' },
  { charset: 'ucs2', hex: 'd83dde00' },
  { charset: 'gbk', hex: '61a2ab' },
  { charset: 'gb2312', hex: 'a2a1' },
  { charset: 'sjis', hex: '8740' },
  { charset: 'big5', hex: 'a15a' },
  { charset: 'cp1251', hex: '98' },
  { charset: 'tis620', hex: 'ff' },
  { charset: 'swe7', hex: '5b80' },
];
