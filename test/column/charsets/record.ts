/**
 * Writes src/column/charsets/*-maps.ts and collations.ts from what real servers say: `npx tsx test/column/charsets/record.ts`.
 * Ends with an error where two of them contradict each other, for a column's collation does not tell them apart.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOLE } from '../../../src/column/charsets/decode.js';
import { libraryMaps } from '../../../src/column/charsets/library.js';
import { multiByteDecode } from '../../../src/column/charsets/multi-byte.js';
import { program, run } from '../../servers/command.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { type Codes, FOUR_BYTE_CODES, fourBytes, ONE_BYTE, THREE_BYTES, TWO_BYTES } from './codes.js';
import { CharsetServer } from './server.js';

const folder = join(import.meta.dirname, '../../../src/column/charsets');

const SERVERS: readonly (() => Promise<DatabaseServer>)[] = [
  () => startMysql({ version: '9.7' }),
  () => startMysql({ version: '8.0' }),
  () => startMysql({ version: '5.7' }),
  () => startMariadb({ version: '11.8' }),
  () => startMariadb({ version: '10.11' }),
];

/** Which of the library's tables is nearest. */
const LIBRARY: Readonly<Record<string, string>> = {
  big5: 'cp950',
  cp932: 'cp932',
  eucjpms: 'eucjp',
  euckr: 'euckr',
  gb18030: 'gb18030',
  gb2312: 'gbk',
  gbk: 'gbk',
  sjis: 'cp932',
  ujis: 'eucjp',
};

const collations = new Map<number, string>();
/** By name and number of bytes: the characters of all codes. */
const maps = new Map<string, (string | null)[]>();

for (const start of SERVERS) {
  await using server = await start();
  await using charsets = await CharsetServer.connect(server);
  for (const [id, charset] of await charsets.collations()) agree(collations, id, charset);
  for (const [charset, bytesMax] of await charsets.charsets()) {
    for (const codes of recorded(charset, bytesMax)) await map(charsets, charset, codes);
    if (charset === 'gb18030') await compareFourBytes(charsets);
  }
  console.log(charsets.version);
}

await write('collations', [
  '/** Character set → collation ids, of all MySQL and MariaDB servers that the tests know. Ranges are inclusive. */',
  'export const COLLATIONS: Readonly<Record<string, string>> = {',
  ...[...new Set(collations.values())].sort().map((charset) => `${charset}: ${wrapped(idRanges(charset))},`),
  '};',
]);
await write('single-byte-maps', [
  '/** Characters of the bytes from 0x80 on, or of all where those below are not ASCII; \\ufffd: there is none. */',
  'export const SINGLE_BYTE_MAPS: Readonly<Record<string, string>> = {',
  ...singleByteSets().map((charset) => `${charset}: ${singleByteMap(charset)},`),
  '};',
]);
await write('multi-byte-maps', [
  'export interface MultiByteMap {',
  "  /** Name of the library's table. */",
  '  readonly library: string;',
  '  /** Bytes of the longest code. */',
  '  readonly bytesMax: 2 | 3 | 4;',
  '  /** `a1a4=30fb`: code and its character; `f5a1-f5fe=e000`: a run of both; without a character: there is none. */',
  '  readonly differences: string;',
  '}',
  'export const MULTI_BYTE_MAPS: Readonly<Record<string, MultiByteMap>> = {',
  ...Object.entries(LIBRARY).map(([charset, library]) => {
    const { bytesMax, runs } = differences(charset, library);
    return `${charset}: { library: '${library}', bytesMax: ${bytesMax}, differences: ${wrapped(runs)} },`;
  }),
  '};',
]);

/** gb18030's codes of four bytes are the library's. */
function recorded(charset: string, bytesMax: number): Codes[] {
  if (!(charset in LIBRARY)) return bytesMax === 1 && charset !== 'binary' ? [ONE_BYTE] : [];
  return bytesMax === 3 ? [ONE_BYTE, TWO_BYTES, THREE_BYTES] : [ONE_BYTE, TWO_BYTES];
}

async function compareFourBytes(server: CharsetServer): Promise<void> {
  const decode = multiByteDecode('gb18030');
  for (let first = 0; first < FOUR_BYTE_CODES; first += 0x10000) {
    const codes = fourBytes(first);
    for (const [i, character] of (await server.characters('gb18030', codes)).entries()) {
      const bytes = Buffer.from(codes.bytes(first + i));
      if (decode(bytes, 0, bytes.length) !== character) throw new Error(`${bytes.toString('hex')} is ${character}`);
    }
  }
}

async function map(server: CharsetServer, charset: string, codes: Codes): Promise<void> {
  const length = codes.bytes(codes.first).length;
  const characters = await server.characters(charset, codes);
  // Behind a byte that is a character itself begins another one.
  const whole =
    length === 2
      ? characters.map((each, n) => (isCharacter(charset, codes.bytes(codes.first + n)[0]!) ? null : each))
      : characters;
  agree(maps, `${charset} ${length}`, whole);
}

function isCharacter(charset: string, byte: number): boolean {
  return maps.get(`${charset} 1`)![byte] !== null;
}

function agree<K, V>(known: Map<K, V>, key: K, said: V): void {
  const before = known.get(key) ?? said;
  if (JSON.stringify(before) !== JSON.stringify(said)) throw new Error(`the servers do not agree about ${String(key)}`);
  known.set(key, said);
}

function idRanges(charset: string): string[] {
  const ids = [...collations].flatMap(([id, of]) => (of === charset ? [id] : [])).sort((a, b) => a - b);
  return runsOf(ids, (a, b) => b === a + 1).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
}

/** First and last of the stretches in which each item continues the one before it. */
function runsOf<T>(items: readonly T[], continues: (before: T, item: T) => boolean): [T, T][] {
  const runs: [T, T][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run !== undefined && continues(run[1], item)) run[1] = item;
    else runs.push([item, item]);
  }
  return runs;
}

function singleByteSets(): string[] {
  return [...maps.keys()]
    .flatMap((key) => /^(\w+) 1$/.exec(key)?.[1] ?? [])
    .filter((name) => !(name in LIBRARY))
    .sort();
}

function singleByteMap(charset: string): string {
  const characters = maps.get(`${charset} 1`)!.map((each) => each ?? String.fromCharCode(HOLE));
  const extendsAscii = characters.slice(0, 0x80).every((each, byte) => each === String.fromCharCode(byte));
  return `'${characters
    .slice(extendsAscii ? 0x80 : 0)
    .map(escaped)
    .join('')}'`;
}

/** What an editor shows as itself, from left to right, stays. */
function escaped(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  if (character !== ' ' && /[^\p{L}\p{N}\p{P}\p{S}]|\p{Script=Hebrew}|\p{Script=Arabic}|\ufffd/u.test(character)) {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
  return character;
}

function differences(charset: string, library: string): { bytesMax: number; runs: string[] } {
  const bytesMax = charset === 'gb18030' ? 4 : maps.has(`${charset} 3`) ? 3 : 2;
  const { one, two, three } = libraryMaps(library, bytesMax);
  const runs = [one, two, three ?? []].flatMap((said, i) => {
    const length = i + 1;
    const characters = maps.get(`${charset} ${length}`) ?? [];
    const first = said.length - characters.length;
    const units = characters.map((each) => each?.charCodeAt(0) ?? HOLE);
    const different = units.flatMap((unit, n) => (unit === said[first + n] ? [] : [{ code: first + n, unit }]));
    const continues = (before: Difference, { code, unit }: Difference): boolean =>
      unit === HOLE
        ? units.slice(before.code - first, code - first).every((each) => each === HOLE)
        : code === before.code + 1 && unit === before.unit + 1;
    const hex = (code: number): string =>
      (length === 3 ? '8f' : '') + code.toString(16).padStart(length === 1 ? 2 : 4, '0');
    return runsOf(different, continues).map(([from, to]) => {
      const codes = to === from ? hex(from.code) : `${hex(from.code)}-${hex(to.code)}`;
      return from.unit === HOLE ? codes : `${codes}=${from.unit.toString(16)}`;
    });
  });
  return { bytesMax, runs };
}

interface Difference {
  readonly code: number;
  readonly unit: number;
}

/** Words in lines of a template. */
function wrapped(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    if (lines.at(-1)!.length + word.length > 110) lines.push('');
    lines[lines.length - 1] += lines.at(-1) === '' ? word : ` ${word}`;
  }
  return lines.length === 1 ? `'${lines[0]}'` : `\`\n${lines.map((line) => `    ${line}\n`).join('')}  \``;
}

async function write(name: string, lines: readonly string[]): Promise<void> {
  const path = join(folder, `${name}.ts`);
  await writeFile(
    path,
    ['// Written by test/column/charsets/record.ts from what servers say.', '', ...lines, ''].join('\n'),
  );
  await run(program('npx'), ['biome', 'check', '--write', path]);
}
