import { isMariadb } from '../../fixtures/recorder.js';
import type { Version } from '../../fixtures/workloads.js';

/** A table of one column type each, or of a few that belong together, and rows of it with values at their limits. */
interface Kind {
  readonly columns: Readonly<Record<string, string>>;
  /** By row, an SQL expression for each column. */
  readonly rows: readonly (readonly string[])[];
}

const both = (first: string, last: string, unsignedLast: string): string[][] => [
  [first, '0'],
  [last, unsignedLast],
  ['0', '1'],
  ['-1', String(BigInt(last) + 1n)],
];

const integers = (type: string, first: string, last: string, unsignedLast: string): Kind => ({
  columns: { a: type, b: `${type} unsigned` },
  rows: both(first, last, unsignedLast),
});

const FRACTIONS = [0, 1, 2, 3, 4, 5, 6] as const;
const fractions = (type: string): Record<string, string> =>
  Object.fromEntries(FRACTIONS.map((digits) => [`f${digits}`, `${type}(${digits}) null`]));
const everywhere = (...values: readonly string[]): string[][] => values.map((value) => FRACTIONS.map(() => value));

const KINDS: Readonly<Record<string, Kind>> = {
  tinyints: integers('tinyint', '-128', '127', '255'),
  smallints: integers('smallint', '-32768', '32767', '65535'),
  mediumints: integers('mediumint', '-8388608', '8388607', '16777215'),
  ints: integers('int', '-2147483648', '2147483647', '4294967295'),
  bigints: integers('bigint', '-9223372036854775808', '9223372036854775807', '18446744073709551615'),
  zerofills: {
    columns: { a: 'int(5) unsigned zerofill', b: 'tinyint(1)' },
    rows: [
      ['42', '1'],
      ['4294967295', '-128'],
    ],
  },
  decimals: {
    columns: {
      a: 'decimal(65,30)',
      b: 'decimal(10,2)',
      c: 'decimal(65,0)',
      d: 'numeric(5)',
      e: 'decimal(30,30) unsigned',
    },
    rows: [
      [
        '99999999999999999999999999999999999.999999999999999999999999999999',
        '99999999.99',
        '9'.repeat(65),
        '99999',
        '0.999999999999999999999999999999',
      ],
      [
        '-99999999999999999999999999999999999.999999999999999999999999999999',
        '-99999999.99',
        `-${'9'.repeat(65)}`,
        '-99999',
        '0',
      ],
      ['0.000000000000000000000000000001', '0.01', '0', '0', '0.000000000000000000000000000001'],
      ['-0.000000000000000000000000000001', '-0.01', '-128', '128', '0.5'],
      ['1', '12.50', '340282366920938463463374607431768211456', '-1', '0.25'],
      ['255', '2.55', '32768', '255', '0.1'],
    ],
  },
  floats: {
    columns: { a: 'float', b: 'double', c: 'float(7,3)', d: 'double(10,4)', e: 'float(53)', f: 'float(10)' },
    rows: [
      ['3.4028234663852886e38', '1.7976931348623157e308', '1234.567', '123456.7891', '0.1', '0.1'],
      ['-1.17549435e-38', '2.2250738585072014e-308', '-0.001', '-0.0001', '1e100', '1e30'],
      ['1.4e-45', '5e-324', '0', '0', '-0e0', '-0e0'],
      ['16777216', '9007199254740993', '1', '1', '1e7', '1e7'],
      ['0.1', '1e-3', '9999', '999999', '1e-4', '9999999'],
      ['1e22', '1e22', '0.5', '0.25', '123456789.125', '123456.7'],
    ],
  },
  bits: {
    columns: { a: 'bit(1)', b: 'bit(8)', c: 'bit(9)', d: 'bit(33)', e: 'bit(64)' },
    rows: [
      ["b'1'", "b'10000001'", "b'100000001'", "b'100000000000000000000000000000001'", '18446744073709551615'],
      ["b'0'", '0', '0', '0', '0'],
      ["b'1'", '5', '256', '65536', '1'],
    ],
  },
  years: { columns: { a: 'year' }, rows: [['1901'], ['2155'], ["'0000'"], ['2024']] },
  dates: {
    columns: { a: 'date' },
    rows: [
      ["'1000-01-01'"],
      ["'9999-12-31'"],
      ["'1969-12-31'"],
      ["'2024-02-29'"],
      ["'0000-00-00'"],
      ["'2024-00-00'"],
      ["'0001-01-01'"],
      ["'1582-10-10'"],
    ],
  },
  times: {
    columns: fractions('time'),
    rows: everywhere(
      "'00:00:00'",
      "'838:59:59'",
      "'-838:59:59'",
      "'12:34:56.789012'",
      "'-00:00:00.100001'",
      "'23:59:59.999'",
      "'24:00:00'",
    ),
  },
  datetimes: {
    columns: fractions('datetime'),
    rows: everywhere(
      "'1969-12-31 23:59:59.123456'",
      "'2024-02-29 12:34:56.654321'",
      "'1970-01-01 00:00:00'",
      "'0000-00-00 00:00:00'",
      "'2024-05-00 01:02:03'",
    ),
  },
  /** At the limits of 64 bits of nanoseconds, and beyond. */
  far_datetimes: {
    columns: fractions('datetime'),
    rows: everywhere(
      "'1000-01-01 00:00:00'",
      "'9999-12-31 23:59:59'",
      "'2262-04-11 23:47:16.854775'",
      "'2262-04-12 00:00:00'",
      "'1677-09-21 00:12:44'",
      "'1677-09-21 00:12:43'",
      "'1582-10-10 12:00:00'",
      "'0001-01-01 00:00:00'",
    ),
  },
  timestamps: {
    columns: fractions('timestamp'),
    rows: everywhere(
      "'1970-01-01 00:00:01'",
      "'2038-01-19 03:14:07'",
      "'2024-02-29 12:34:56.654321'",
      "'0000-00-00 00:00:00'",
      "'2024-02-29 12:34:00'",
      "'2024-02-29 12:00:00.5'",
    ),
  },
  strict_times: {
    columns: {
      a: 'date not null',
      b: 'datetime(3) not null',
      c: 'timestamp(6) not null',
      d: 'time not null',
      e: 'datetime(6) not null',
      f: 'year not null',
    },
    rows: [
      [
        "'0000-00-00'",
        "'0000-00-00 00:00:00'",
        "'0000-00-00 00:00:00'",
        "'00:00:00'",
        "'0000-00-00 00:00:00'",
        "'0000'",
      ],
      [
        "'2024-02-29'",
        "'2024-02-29 01:02:03.004'",
        "'2024-02-29 01:02:03.000004'",
        "'01:02:03'",
        "'2024-02-29 01:02:03.000004'",
        '2024',
      ],
    ],
  },
  chars: {
    columns: {
      a: 'char(5)',
      b: 'varchar(40) character set latin1',
      c: 'varchar(40) character set utf16',
      d: 'text character set gbk',
      e: 'varchar(40)',
      f: 'tinytext',
      g: 'mediumtext',
      h: 'longtext',
    },
    rows: [
      [
        "'a  '",
        "'caf\u00e9 \u20ac'",
        "'\u65e5\u672c'",
        "'\u4e2d\u6587'",
        "'\ud83d\ude00 \u00e7'",
        "'x'",
        "repeat('y', 300)",
        "repeat('\u00fc', 200)",
      ],
      ["''", "''", "''", "''", "''", "''", "''", "''"],
      [
        '\'"q"\'',
        "'back\\\\slash'",
        "'tab\\t'",
        "'line\\nfeed'",
        "'\\0nul'",
        "x'01020304050607'",
        "x'1f7f'",
        "'</script>\u2028'",
      ],
    ],
  },
  binaries: {
    columns: {
      a: 'binary(4)',
      b: 'varbinary(300)',
      c: 'blob',
      d: 'tinyblob',
      e: 'mediumblob',
      f: 'longblob',
      g: 'char(4) character set binary',
    },
    rows: [
      ["x'0100'", "x'00ff'", "repeat(x'ab', 3)", "x''", "x'fbff'", "x'3e3f'", "x'0102'"],
      ["x''", "x''", "x''", "x'00'", "repeat(x'00', 100)", "x'fffefd'", "x''"],
      ["x'ffffffff'", "x'fbefbe'", "'text'", "x'fb'", "x'fbff'", "x'fbffbf'", "x'ffffffff'"],
    ],
  },
  members: {
    columns: { a: "enum('a','it''s','\u00fc','')", b: "set('x','y','z w')", c: "enum('1','2') character set latin1" },
    rows: [
      ["'a'", "'x,z w'", "'2'"],
      ["'\u00fc'", "''", '1'],
      ["'it''s'", "'x,y,z w'", "'1'"],
      ["''", "'y'", "''"],
      ["'nothing of it'", "'nothing'", "'3'"],
    ],
  },
  shapes: {
    columns: {
      a: 'point',
      b: 'geometry',
      c: 'linestring',
      d: 'polygon',
      e: 'multipoint',
      f: 'geometrycollection',
      g: 'multilinestring',
      h: 'multipolygon',
    },
    rows: [
      [
        "ST_GeomFromText('POINT(1 -2.5)')",
        "ST_GeomFromText('POINT(0 0)', 4326)",
        "ST_GeomFromText('LINESTRING(0 0,1 1,2 3)')",
        "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')",
        "ST_GeomFromText('MULTIPOINT(1 1,2 2)')",
        "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')",
        "ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))')",
        "ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))')",
      ],
    ],
  },
};

const MYSQL_JSON: Kind = {
  columns: { a: 'json' },
  rows: [
    [`'{"b": [1, -2, 3.5, 1e100, null, true, "\\\\u0001 \u00e9"], "a": {}}'`],
    [
      `json_array(cast('2024-02-29' as date), cast('-01:02:03.5' as time(6)), cast('2024-02-29 01:02:03.000004' as datetime(6)))`,
    ],
    ['json_array(1.10, 18446744073709551615, -9223372036854775808, 1.0, 0.1, 1e-7, 123456789012345678901234567890)'],
    [`json_object('bytes', x'00ff', 'bits', b'101')`],
    ["'null'"],
    [`'"text"'`],
    ["'[]'"],
    ["'1'"],
  ],
};

const VECTORS: Kind = {
  columns: { a: 'vector(3)' },
  rows: [
    ["string_to_vector('[1,2.5,-0.1]')"],
    ["string_to_vector('[0,3.4028234e38,1e-30]')"],
    ["string_to_vector('[1]')"],
  ],
};

const MARIADB: Readonly<Record<string, Kind>> = {
  documents: { columns: { a: 'json' }, rows: [[`'{"a": [1,2.50, null]}'`], [`'1'`]] },
  // Debezium's parser of statements stops at INET4, INET6, COMPRESSED and INVISIBLE.
  uuids: {
    columns: { a: 'uuid' },
    rows: [["'123e4567-e89b-12d3-a456-426655440000'"], ["'00000000-0000-0000-0000-000000000000'"]],
  },
};

export function kindsOf(version: Version): Readonly<Record<string, Kind>> {
  if (isMariadb(version)) return { ...KINDS, ...MARIADB };
  return { ...KINDS, documents: MYSQL_JSON, ...(version === '9.7' ? { vectors: VECTORS } : {}) };
}

/** Each row is inserted, updated to the next one and in the end deleted; then one of NULLs comes, changes and goes. */
function kindSql(name: string, { columns, rows }: Kind): string[] {
  const names = Object.keys(columns);
  const definitions = names.map((column) => `${column} ${columns[column]}`);
  const set = (values: readonly string[]): string => names.map((column, i) => `${column} = ${values[i]}`).join(', ');
  const nullable = !definitions.some((definition) => definition.endsWith('not null'));
  const nulls = names.map(() => 'null');
  return [
    `create table ${name} (id int primary key, ${definitions.join(', ')})`,
    ...rows.map((values, i) => `insert into ${name} values (${i + 1}, ${values.join(', ')})`),
    ...rows.map((_, i) => `update ${name} set ${set(rows[(i + 1) % rows.length]!)} where id = ${i + 1}`),
    ...(nullable
      ? [
          `insert into ${name} (id) values (1000)`,
          `update ${name} set ${set(rows[0]!)} where id = 1000`,
          `update ${name} set ${set(nulls)} where id = 1000`,
        ]
      : []),
    `delete from ${name}`,
  ];
}

const KEYS = [
  'create table pairs (a varchar(10), b bigint unsigned, c decimal(10,2), v int, primary key (b, a))',
  "insert into pairs values ('x', 18446744073709551615, 1.5, 1), ('y', 0, 2.5, 2)",
  'update pairs set v = v + 1',
  "update pairs set a = 'z', v = 10 where a = 'x'",
  'update pairs set b = b + 1 where b = 0',
  'delete from pairs',
  'create table keyless (a int, b varchar(10))',
  "insert into keyless values (1, 'one'), (2, 'two')",
  "update keyless set a = 3 where b = 'two'",
  'delete from keyless',
  'create table uniques (a int not null, b varchar(10), unique key (a))',
  "insert into uniques values (1, 'one')",
  'update uniques set a = 2',
  'delete from uniques',
  'create table `odd name-t\u00e4ble` (`id` int primary key, `a b` int, `q"uote` int, `\u00fcml` int)',
  'insert into `odd name-t\u00e4ble` values (1, 2, 3, 4)',
  'update `odd name-t\u00e4ble` set `a b` = 5',
];

const COMPUTED = [
  'create table hidden (id int primary key, a int, c int as (id + 1) stored, d int as (id + 2) virtual)',
  'insert into hidden (id, a) values (1, 2)',
  'update hidden set id = 3',
];

const TRANSACTIONS = [
  'create table first (id int primary key auto_increment, v int)',
  'create table second (id int primary key auto_increment, v int)',
  'begin',
  'insert into first (v) values (1), (2), (3)',
  'insert into second (v) values (1)',
  'update first set v = v + 1',
  'update second set id = 7',
  'delete from first where id = 2',
  'insert into second (v) values (5)',
  'commit',
];

const DDL = [
  "alter table first add column added varchar(20) not null default 'd' after id",
  'insert into first (v) values (4)',
  'alter table first drop column v, add column w decimal(5,1) null',
  'update first set w = 1.5',
  'rename table second to renamed',
  'insert into renamed (v) values (9)',
  'create index by_v on renamed (v)',
  'truncate table renamed',
  'insert into renamed (v) values (10)',
  'drop table keyless',
  'alter database kinds default character set latin1',
  'create table latin (id int primary key, a varchar(10))',
  "insert into latin values (1, 'caf\u00e9')",
];

/** All statements of a recording, one session's, in order. */
export function workloadOf(version: Version): string[] {
  return [
    'create database kinds character set utf8mb4',
    'use kinds',
    ...Object.entries(kindsOf(version)).flatMap(([name, kind]) => kindSql(name, kind)),
    ...KEYS,
    // MariaDB leaves computed columns out of its log, at which Debezium stops.
    ...(isMariadb(version) ? [] : COMPUTED),
    ...TRANSACTIONS,
    ...DDL,
  ];
}
