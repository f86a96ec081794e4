import { charsetOf } from '../column/charset.js';
import { RowtideError } from '../core/errors.js';
import type { SourceIdentity } from '../core/position.js';
import type { ColumnFacts, TableFacts } from '../mysql/columns.js';
import { labelsOf } from '../schema/facts.js';
import { tableKey } from './change.js';

const HEADER =
  '// Written by `rowtide types` from the columns that these tables had then: write it anew when they change.';
const INVALID_TEXT = 'InvalidText';
const LINE_LENGTH_MAX = 120;
const SQL_TYPE_LENGTH_MAX = 90;

export interface DatabaseTypeOptions {
  /** What the type is called. */
  readonly name: string;
  readonly flavour: SourceIdentity['flavour'];
}

/** A TypeScript type for `stream`: what the rows of each table hold. The same tables give the same text. */
export function databaseType(tables: readonly TableFacts[], { name, flavour }: DatabaseTypeOptions): string {
  const keyed = tables.map((table) => ({ table, key: tableKey(table) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const lines = keyed.flatMap(({ table, key }) => [
    `  ${literal(key)}: {`,
    ...table.columns.flatMap((column) => columnLines(table, column, flavour)),
    '  };',
  ]);
  const imports = lines.some((line) => line.includes(INVALID_TEXT))
    ? [`import type { ${INVALID_TEXT} } from 'rowtide';`, '']
    : [];
  return [HEADER, '', ...imports, `export type ${name} = {`, ...lines, '};', ''].join('\n');
}

function columnLines(table: TableFacts, column: ColumnFacts, flavour: SourceIdentity['flavour']): string[] {
  const types = typesOf(table, column);
  if (column.nullable) types.push('null');
  // MariaDB leaves generated columns out of row images where it did not have to compute them.
  const isOptional = flavour === 'mariadb' && generation(column) !== null;
  const name = `${property(column.name)}${isOptional ? '?' : ''}`;
  const line = `    ${name}: ${types.join(' | ')};`;
  const comment = `    /** ${commentOf(column)} */`;
  if (line.length <= LINE_LENGTH_MAX) return [comment, line];
  return [comment, `    ${name}:`, ...types.map((type, i) => `      | ${type}${i === types.length - 1 ? ';' : ''}`)];
}

const NUMBER = 'tinyint smallint mediumint int float double year';
const BIGINT = 'bigint bit';
const TEXT =
  'decimal date time datetime timestamp char varchar tinytext text mediumtext longtext set json uuid inet4 inet6';
const BYTES =
  'binary varbinary tinyblob blob mediumblob longblob vector geometry point linestring polygon multipoint ' +
  'multilinestring multipolygon geomcollection geometrycollection';

/** As the README's table of types has it; `src/column/value.ts` makes the values. */
const TYPES: ReadonlyMap<string, string> = new Map(
  [
    ['number', NUMBER],
    ['bigint', BIGINT],
    ['string', TEXT],
    ['Uint8Array', BYTES],
  ].flatMap(([type = '', names = '']) => names.split(' ').map((name) => [name, type] as const)),
);

function typesOf(table: TableFacts, column: ColumnFacts): string[] {
  // Without strict mode, and by INSERT IGNORE, the server stores an empty text for what is no member.
  if (column.dataType === 'enum') return [...new Set([...(labelsOf(column) ?? []), ''])].map(literal);
  const type = TYPES.get(column.dataType);
  if (type !== undefined) return isAlwaysText(table, column) ? [type] : [type, INVALID_TEXT];
  throw new RowtideError(
    'EVENT_UNSUPPORTED',
    `column ${table.schema}.${table.name}.${column.name} is ${column.columnType}, a type that is not known`,
    { hint: 'Leave the table out with --exclude.' },
  );
}

/** Servers check what they store as UTF-8, and nothing else; a byte of many other character sets has no meaning. */
function isAlwaysText({ schema, name }: TableFacts, column: ColumnFacts): boolean {
  if (column.collationId === null || column.dataType === 'set') return true;
  const { isUtf8, decode } = charsetOf(column.collationId, `column ${schema}.${name}.${column.name}`);
  return isUtf8 || EVERY_BYTE.every((_, i) => decode(EVERY_BYTE, i, i + 1) !== null);
}

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

function generation({ extra }: ColumnFacts): string | null {
  return /\b(stored|persistent|virtual) generated\b/i.exec(extra)?.[1]?.toLowerCase() ?? null;
}

function commentOf(column: ColumnFacts): string {
  const { columnType, extra, keyPosition } = column;
  const facts = [columnType.length > SQL_TYPE_LENGTH_MAX ? `${columnType.slice(0, SQL_TYPE_LENGTH_MAX)}…` : columnType];
  const generated = generation(column);
  if (keyPosition !== null) facts.push('primary key');
  if (/\bauto_increment\b/i.test(extra)) facts.push('auto_increment');
  if (generated !== null) facts.push(`generated, ${generated}`);
  if (/\binvisible\b/i.test(extra)) facts.push('invisible');
  return facts.join(', ').replaceAll('*/', '*\\/').replaceAll(/\s/g, ' ');
}

function property(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : literal(name);
}

/** JSON's text, in the quotes that need fewer escapes: single ones, unless the text has more of them. */
function literal(text: string): string {
  const json = JSON.stringify(text);
  if (count(text, "'") > count(text, '"')) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function count(text: string, quote: string): number {
  return text.split(quote).length - 1;
}
