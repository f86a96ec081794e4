/**
 * What arrives has the types that `rowtide types` writes: over every column type of a server, the compiler takes the
 * values as they came for the type of their table, and takes no value of another type. ROWTIDE_SEED=… repeats a run.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { type Column, InvalidText, type Row, stream, type Value } from 'rowtide';
import { expect } from 'vitest';
import { rowtide } from '../cli/rowtide.js';
import { OPAQUE_TABLE } from '../roundtrip/documents.js';
import { kinds, type Version } from '../roundtrip/kinds.js';
import { isMariadb } from '../roundtrip/mariadb-kinds.js';
import { Random, scaled, seedOf } from '../roundtrip/random.js';
import { quote, type TableSpec, tables } from '../roundtrip/tables.js';
import type { DatabaseAddress } from '../servers/database.js';
import type { ServerKind } from '../servers/kinds.js';
import { needs, sharedMariadb, sharedMysql } from '../servers/suite.js';
import { compile, here } from './compile.js';

const ROWS = scaled(12);

/** Tables, and one statement for each that puts rows into it. */
interface Content {
  readonly create: readonly string[];
  readonly insert: readonly string[];
  readonly update?: readonly string[];
}

/** Where a server stores bytes that are no text, as 5.7 does. */
const NO_TEXT: Content = {
  create: ['create table no_text (id int primary key, a varchar(9) character set ascii, l text character set latin1)'],
  insert: ["insert into no_text values (1, x'ff', x'ff')"],
};
/** Columns that MariaDB adds, and does not show. */
const HIDDEN: Content = {
  create: [
    'create table versions (id int primary key, note text) with system versioning',
    'create table hashed (id int primary key, note text, unique (note))',
    'create table computed (id int primary key, v int as (id * 2) virtual, s int as (id * 3) stored, n int)',
  ],
  insert: [
    "insert into versions values (1, 'note')",
    "insert into hashed values (1, 'note')",
    'insert into computed (id) values (1)',
  ],
  update: ['update computed set n = 5'],
};

const SERVERS: readonly {
  version: Version;
  kind: ServerKind;
  server: () => Promise<DatabaseAddress>;
  more: Content;
}[] = [
  { version: '9.7', kind: 'mysql', server: () => sharedMysql('9.7'), more: NO_TEXT },
  { version: '5.7', kind: 'mysql57', server: () => sharedMysql('5.7'), more: NO_TEXT },
  { version: '11.8', kind: 'mariadb', server: () => sharedMariadb('11.8'), more: HIDDEN },
];

for (const { version, kind, server: start, more } of SERVERS)
  needs(kind).test(`values of ${version} have the type of their column`, async () => {
    const server = await start();
    const content = everyType(version, more);
    const from = await fill(server, content);
    const folder = mkdtempSync(here('./values-'));
    try {
      const types = await rowtide(['types', server.url, '--include', 'typed.*']);
      expect(types).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(join(folder, 'db.ts'), types.stdout);
      const { tables: count, lines } = await program(server, from);
      expect(count).toBe(content.insert.length);
      writeFileSync(join(folder, 'values.ts'), lines.join('\n'));
      await compile(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

function everyType(version: Version, more: Content): Content {
  const random = new Random(seedOf(`types of ${version}`));
  const specs = tables(kinds(version, random), { random, version, extra: 0 });
  const opaque = isMariadb(version) ? [] : OPAQUE_TABLE;
  return {
    create: [...opaque, ...specs.map(({ create }) => create), ...more.create],
    insert: [...specs.map((table) => insert(table, random)), ...more.insert],
    update: more.update ?? [],
  };
}

/** Makes the tables and their rows; returns where the log was before the rows. */
async function fill(server: DatabaseAddress, { create, insert, update = [] }: Content): Promise<string> {
  const { host, port, user, password } = server;
  const connection = await mysql.createConnection({ host, port, user, password, charset: 'utf8mb4' });
  try {
    await connection.query("set time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES', innodb_strict_mode = off");
    await connection.query('drop database if exists typed');
    await connection.query('create database typed character set utf8mb4');
    await connection.query('use typed');
    for (const sql of create) await connection.query(sql);
    const [files] = await connection.query<mysql.RowDataPacket[]>('show binary logs');
    for (const sql of [...insert, ...update]) await connection.query(sql);
    return `${files.at(-1)?.Log_name}:${files.at(-1)?.File_size}`;
  } finally {
    await connection.end();
  }
}

/** The limits of each type, then values by chance; a NULL where there can be one. */
function insert({ name, columns, primaryKey }: TableSpec, random: Random): string {
  const given = columns.filter(({ kind }) => kind.generated === undefined);
  const rows = Array.from({ length: ROWS }, (_, id) =>
    given.map(({ name: column, kind, nullable }) => {
      if (column === 'id') return String(id);
      if (id === ROWS - 1 && nullable && !primaryKey.includes(column)) return 'null';
      return kind.boundary[id] ?? kind.random(random);
    }),
  );
  const names = given.map((column) => quote(column.name)).join(', ');
  return `insert into ${quote(name)} (${names}) values ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`;
}

/** TypeScript that compiles if, and only if, each row is of its table's type and the types are no wider than that. */
async function program(server: DatabaseAddress, from: string): Promise<{ tables: number; lines: string[] }> {
  const lines = ["import { InvalidText } from 'rowtide'; import type { Db } from './db.js'; void InvalidText;"];
  const seen = new Set<string>();
  const changes = stream(server.url, { include: ['typed.*'], from, until: 'now', schema: 'assume-current' });
  for await (const change of changes) {
    if (change.kind === 'statement' || change.kind === 'delete') continue;
    const type = `Db['${change.table}']`;
    lines.push(`export const v${lines.length}: ${type} = {${cells(change.after).join(', ')}};`);
    if (!seen.has(change.table)) {
      const { columns } = change.definition;
      lines.push(...columns.flatMap((column) => misfits(`${type}[${text(column.name)}]`, change.after, column)));
    }
    seen.add(change.table);
  }
  return { tables: seen.size, lines };
}

const cells = (row: Row): string[] => Object.entries(row).map(([name, value]) => `[${text(name)}]: ${literal(value)}`);

/** A value of another type, and NULL where there is none. */
function misfits(type: string, row: Row, { name, nullable }: Column): string[] {
  const wrong = nullable ? [other(row[name] ?? null)] : [other(row[name] ?? null), 'null'];
  return wrong.flatMap((value) => ['// @ts-expect-error', `void (${value} satisfies ${type});`]);
}

function other(value: Value): string {
  if (value === null) return 'Symbol()';
  if (value instanceof Uint8Array) return "'bytes'";
  if (value instanceof InvalidText) return '0';
  return { number: '0n', bigint: '0', string: 'new Uint8Array()' }[typeof value as 'number' | 'bigint' | 'string'];
}

function literal(value: Value): string {
  if (value instanceof InvalidText) return "new InvalidText(new Uint8Array(), '')";
  if (value instanceof Uint8Array) return 'new Uint8Array()';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return text(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

function text(value: string): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
