import type { Kind, Version } from './kinds.js';
import { isMariadb } from './mariadb-kinds.js';
import type { Random } from './random.js';

export interface ColumnSpec {
  readonly name: string;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly invisible: boolean;
}

/** A table to be made. Beside its columns it has `id`, by which statements and SELECTs are ordered, and `touched`. */
export interface TableSpec {
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  /** Names in key order; empty: none. */
  readonly primaryKey: readonly string[];
  readonly create: string;
}

export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const ROW_BYTES_MAX = 40_000;
const AWKWARD_NAMES = [
  '__proto__',
  'constructor',
  'back`tick',
  `quo"te's`,
  'spaß 日本',
  'select',
  'a b',
  'toString',
  '\\n',
  '$dollar {',
];
const whole = { as: 'number', boundary: [], random: () => '0', rowBytes: 4 } as const;
const ID: ColumnSpec = { name: 'id', kind: { ...whole, sql: 'int' }, nullable: false, invisible: false };
const TOUCHED: ColumnSpec = { ...ID, name: 'touched' };

/** All kinds, spread over as many tables as they need, and `extra` tables of columns by chance. */
export function tables(
  kinds: readonly Kind[],
  options: { random: Random; version: Version; extra: number },
): TableSpec[] {
  const { random, version } = options;
  const groups: Kind[][] = [];
  for (let rest = random.shuffle(kinds); rest.length > 0; ) {
    const group = fitting(rest, random.int(8, 30));
    rest = rest.filter((kind) => !group.includes(kind));
    groups.push(group);
  }
  for (let i = 0; i < options.extra; i++) groups.push(fitting(random.shuffle(kinds), random.int(1, 40)));
  return groups.map((group, i) => table(`t${i}`, group, { random, version }));
}

function fitting(kinds: readonly Kind[], countMax: number): Kind[] {
  const group: Kind[] = [];
  let bytes = 0;
  for (const kind of kinds) {
    if (group.length === countMax || bytes + kind.rowBytes > ROW_BYTES_MAX) break;
    bytes += kind.rowBytes;
    group.push(kind);
  }
  return group;
}

function table(
  name: string,
  kinds: readonly Kind[],
  { random, version }: { random: Random; version: Version },
): TableSpec {
  const names = random.shuffle(AWKWARD_NAMES);
  const given = kinds.map(
    (kind, i): ColumnSpec => ({
      name: names[i] ?? `c${i}`,
      kind,
      nullable: random.chance(0.6),
      invisible: version === '9.7' && random.chance(0.2),
    }),
  );
  const columns = random.shuffle([ID, TOUCHED, ...given, ...generated(random, version)]);
  const keys = keyParts(given, random);
  const primaryKey = keys.map((key) => key.name);
  const definitions = columns.map((column) =>
    definition(primaryKey.includes(column.name) ? { ...column, nullable: false } : column),
  );
  const key = keys.length === 0 ? [] : [`primary key (${keys.map((each) => each.sql).join(', ')})`];
  const create = `create table ${quote(name)} (${[...definitions, ...key].join(', ')}) row_format=dynamic`;
  return { name, columns, primaryKey, create };
}

function definition({ name, kind, nullable, invisible }: ColumnSpec): string {
  if (kind.generated) return `${quote(name)} ${kind.sql}`;
  const null_ = kind.sql.endsWith(' null') ? '' : nullable ? ' null' : ' not null';
  return `${quote(name)} ${kind.sql}${null_}${invisible ? ' invisible' : ''}`;
}

function generated(random: Random, version: Version): ColumnSpec[] {
  const stored = (): string => random.pick(['stored', 'virtual']);
  const kind = { boundary: [], random: () => '0', rowBytes: 60, generated: true } as const;
  const all: Kind[] = [
    { ...kind, sql: `bigint generated always as (id * -3) ${stored()}`, as: 'bigint' },
    {
      ...kind,
      sql: `varchar(40) character set latin1 generated always as (concat('té ', id)) ${stored()}`,
      as: 'text',
    },
    { ...kind, sql: `decimal(20,3) generated always as (touched / 7) ${stored()}`, as: 'ascii' },
    {
      ...kind,
      sql: `json generated always as (json_array(id, touched)) ${stored()}`,
      as: isMariadb(version) ? 'text' : 'json',
      blob: true,
    },
  ];
  return random
    .shuffle(all)
    .slice(0, random.int(0, 2))
    .map((each, i) => ({ name: `generated${i}`, kind: each, nullable: true, invisible: false }));
}

/** None, `id`, or `id` with other columns before or behind it, some by their prefix. */
function keyParts(columns: readonly ColumnSpec[], random: Random): { name: string; sql: string }[] {
  if (random.chance(0.25)) return [];
  const others = columns.filter((column) => column.kind.key !== undefined && column.kind.rowBytes < 400);
  const parts = random.shuffle(others).slice(0, random.pick([0, 0, 1, 2]));
  return random
    .shuffle([ID, ...parts])
    .map(({ name, kind }) => ({ name, sql: kind.key === 'prefix' ? `${quote(name)}(7)` : quote(name) }));
}
