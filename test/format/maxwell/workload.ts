/** What is recorded: every column type under every operation, then what only happens between rows. */

/** A table with one column for each entry, and values that the column takes in turn. */
type Family = Readonly<Record<string, readonly (string | number)[]>>;

const FAMILIES: Readonly<Record<string, Family>> = {
  whole_numbers: {
    tiny: ['tinyint', -128, 127, 0, -1],
    utiny: ['tinyint unsigned', 255, 0, 128, 1],
    small: ['smallint', -32768, 32767, 0, -1],
    usmall: ['smallint unsigned', 65535, 0, 32768, 1],
    medium: ['mediumint', -8388608, 8388607, 0, -1],
    umedium: ['mediumint unsigned', 16777215, 0, 8388608, 1],
    whole: ['int', -2147483648, 2147483647, 0, -1],
    uwhole: ['int unsigned', 4294967295, 0, 2147483648, 1],
    big: ['bigint', '-9223372036854775808', '9223372036854775807', 0, '-9007199254740993'],
    ubig: ['bigint unsigned', '18446744073709551615', 0, '9223372036854775808', '9007199254740993'],
    filled: ['int(5) unsigned zerofill', 7, 123456, 0, 42],
    truth: ['boolean', 'true', 'false', 'true', 'false'],
    published: ['year', 1901, 2155, 2024, 1970],
  },
  other_numbers: {
    most: [
      'decimal(65,30)',
      '99999999999999999999999999999999999.999999999999999999999999999999',
      '-99999999999999999999999999999999999.999999999999999999999999999999',
      '0',
      '0.000000000000000000000000000001',
    ],
    money: ['decimal(10,2)', '12.30', '-0.05', '0', '99999999.99'],
    nines: ['decimal(18,9) unsigned', '999999999.999999999', '0.000000001', '1', '100000000'],
    entire: ['decimal(65,0)', '9'.repeat(65), `-${'9'.repeat(65)}`, '0', '1'],
    single: ['float', '0.1', '3.4028234e38', '-1.5', '16777216'],
    twofold: ['double', '0.1', '1.7976931348623157e308', '-2.2250738585072014e-308', '9007199254740993'],
    bit1: ['bit(1)', "b'1'", "b'0'", "b'1'", "b'0'"],
    bit9: ['bit(9)', 511, 256, 0, 1],
    bit31: ['bit(31)', 2147483647, 1073741824, 0, 1],
  },
  moments: {
    dated: ['date', "'2024-02-29'", "'9999-12-31'", "'1970-01-01'", "'0000-00-00'"],
    clock: ['time', "'00:00:00'", "'23:59:59'", "'12:34:56'", "'01:02:03'"],
    clock3: ['time(3)', "'00:00:00.001'", "'23:59:59.999'", "'12:34:56.700'", "'01:02:03.040'"],
    clock6: ['time(6)', "'00:00:00.000001'", "'23:59:59.999999'", "'12:34:56.789'", "'01:02:03.040506'"],
    at: [
      'datetime',
      "'2024-02-29 12:34:56'",
      "'9999-12-31 23:59:59'",
      "'1970-01-01 00:00:00'",
      "'0000-00-00 00:00:00'",
    ],
    at1: [
      'datetime(1)',
      "'2024-02-29 12:34:56.7'",
      "'1969-12-31 23:59:59.9'",
      "'1583-01-01 00:00:00.1'",
      "'0000-00-00'",
    ],
    at6: [
      'datetime(6)',
      "'2024-02-29 12:34:56.789012'",
      "'9999-12-31 23:59:59.999999'",
      "'1969-12-31 23:59:59.999999'",
      "'0000-00-00 00:00:00'",
    ],
    stamped: [
      'timestamp null',
      "'2024-02-29 12:34:56'",
      "'2038-01-19 03:14:07'",
      "'1970-01-01 00:00:01'",
      "'0000-00-00 00:00:00'",
    ],
    stamped6: [
      'timestamp(6) null',
      "'2024-02-29 12:34:56.789012'",
      "'2038-01-19 03:14:07.999999'",
      "'1970-01-01 00:00:01.000001'",
      "'0000-00-00 00:00:00'",
    ],
  },
  texts: {
    short: ['char(10)', "'plain'", "''", `'"quotes"'`, "'ünïcödé'"],
    utf8mb4: ['varchar(40) character set utf8mb4', "'日本語 🦊'", "'a\\\\b\\nc\\td'", "x'0001021f7f'", "'\\u2028'"],
    latin1: ['varchar(40) character set latin1', "'été €'", "''", "'naïve'", "'x'"],
    ascii: ['varchar(40) character set ascii', "'abc'", "''", "'~'", "'x'"],
    ucs2: ['varchar(40) character set ucs2', "'été'", "''", "'日本'", "'x'"],
    gbk: ['varchar(40) character set gbk', "'中文'", "''", "'汉字'", "'x'"],
    sjis: ['varchar(40) character set sjis', "'日本'", "''", "'カタカナ'", "'x'"],
    cp1251: ['varchar(40) character set cp1251', "'привет'", "''", "'Ж'", "'x'"],
    tinyt: ['tinytext', "'tiny'", "''", "'t'", "'x'"],
    plain: ['text', "repeat('long ', 300)", "''", "'t'", "'x'"],
    mediumt: ['mediumtext', "'medium'", "''", "'t'", "'x'"],
    longt: ['longtext', "'long'", "''", "'t'", "'x'"],
  },
  octets: {
    fixed: ['binary(4)', "x'01020304'", "x'ffffffff'", "x'00000001'", "'abcd'"],
    varied: ['varbinary(40)', "x'00ff10'", "''", "x'c328'", "'abc'"],
    tinyb: ['tinyblob', "x'00ff10'", "''", "x'c328'", "'abc'"],
    plainb: ['blob', "repeat(x'ff', 300)", "''", "x'c328'", "'abc'"],
    mediumb: ['mediumblob', "x'00ff10'", "''", "x'c328'", "'abc'"],
    longb: ['longblob', "x'00ff10'", "''", "x'c328'", "'abc'"],
  },
  members: {
    size: ["enum('small','large','größe')", "'small'", "'large'", "'größe'", 1],
    flags: ["set('a','b','ü')", "'a'", "'a,ü'", "''", "'a,b,ü'"],
  },
  places: {
    place: [
      'geometry',
      "st_geomfromtext('point(1 2)')",
      "st_geomfromtext('point(-0.5 1e-7)')",
      "st_geomfromtext('point(123456789.123 1e20)')",
      "st_geomfromtext('geometrycollection(point(1 1), linestring(0 0, 1 1))')",
    ],
    dot: ['point', 'point(0.1, 0.2)', 'point(-180, 90)', 'point(0, 0)', 'point(1e10, 1234567.875)'],
    route: ['linestring', ...repeated("st_geomfromtext('linestring(0 0, 1 1, 2.5 -3)')")],
    zone: ['polygon', ...repeated("st_geomfromtext('polygon((0 0, 9 0, 9 9, 0 0), (1 1, 2 1, 2 2, 1 1))')")],
    dots: ['multipoint', ...repeated("st_geomfromtext('multipoint(0 0, 1 1)')")],
    routes: ['multilinestring', ...repeated("st_geomfromtext('multilinestring((0 0, 1 1), (2 2, 3 3))')")],
    zones: [
      'multipolygon',
      ...repeated("st_geomfromtext('multipolygon(((0 0, 9 0, 9 9, 0 0)), ((1 1, 2 1, 2 2, 1 1)))')"),
    ],
    several: ['geometrycollection', ...repeated("st_geomfromtext('geometrycollection(point(1 1))')")],
  },
  /** What Maxwell itself gets wrong, see docs/formats.md. */
  odd: {
    bit33: ['bit(33)', "b'1'", 'power(2, 32)', 'power(2, 33) - 1', 0],
    bit64: ['bit(64)', '18446744073709551615', '9223372036854775808', '4294967296', 0],
    late: ['time', "'838:59:59'", "'-838:59:59'", "'24:00:00'", "'-00:00:01'"],
    late6: ['time(6)', "'838:59:59.000000'", "'-838:59:58.999999'", "'24:00:00.1'", "'-00:00:00.000001'"],
    early: ['date', "'1000-01-01'", "'1582-10-14'", "'0001-01-01'", "'1500-02-28'"],
    earlyat: ['datetime', "'1000-01-01 00:00:00'", "'1582-10-14 23:59:59'", "'0001-01-01'", "'1500-02-28'"],
    partial: ['date', "'2024-00-00'", "'2024-05-00'", "'0000-01-01'", "'2024-00-01'"],
    untold: ['year', 0, 0, 0, 0],
    padded: ['binary(4)', "x'0100'", "''", "x'00'", "'a'"],
    label: ["enum('it''s','b')", 1, 2, "'none'", 1],
    dated: [
      'json',
      "cast(cast('2024-02-29 12:34:56' as datetime) as json)",
      "cast(cast('2024-02-29' as date) as json)",
      "cast(cast('12:34:56' as time) as json)",
      "cast(x'00ff' as json)",
    ],
  },
  documents: {
    document: [
      'json',
      `'{"a": 1, "b": [true, null, "ü\\\\n"], "c": {"d": 1.5}}'`,
      `'[18446744073709551615, -9223372036854775808, 0.1]'`,
      `'"text"'`,
      `'{}'`,
      "'null'",
      'cast(cast(12.30 as decimal(10,2)) as json)',
    ],
  },
};

function repeated(value: string): string[] {
  return [value, value, 'null', value];
}

/** Each row of a family, then each of them changed in all columns, to NULL and from NULL, then all of them deleted. */
function familyStatements(name: string, family: Family): string[] {
  const columns = Object.keys(family);
  const definitions = columns.map((column) => `${column} ${family[column]![0]}`);
  const count = Math.max(...columns.map((column) => family[column]!.length - 1));
  const value = (column: string, row: number): string => {
    const [, ...values] = family[column]!;
    return String(values[row % values.length]);
  };
  const rows = Array.from({ length: count }, (_, row) => row);
  const values = (row: number): string => columns.map((column) => value(column, row)).join(', ');
  const assigned = (row: number): string => columns.map((column) => `${column} = ${value(column, row)}`).join(', ');
  const nulls = columns.map(() => 'null').join(', ');
  const toNull = columns.map((column) => `${column} = null`).join(', ');
  return [
    `create table ${name} (id int not null primary key, ${definitions.join(', ')})`,
    ...rows.map((row) => `insert into ${name} values (${row + 1}, ${values(row)})`),
    `insert into ${name} values (100, ${nulls})`,
    ...rows.map((row) => `update ${name} set ${assigned(row + 1)} where id = ${row + 1}`),
    ...columns.map((column) => `update ${name} set ${column} = null where id = 1`),
    ...columns.map((column) => `update ${name} set ${column} = ${value(column, 1)} where id = 1`),
    `update ${name} set ${assigned(0)} where id = 100`,
    `update ${name} set ${toNull} where id = 2`,
    `delete from ${name}`,
  ];
}

const KEYS = [
  'create table compound (b varchar(20), a bigint unsigned, c date, Note text, primary key (a, b, c))',
  "insert into compound values ('x', 18446744073709551615, '2024-02-29', 'first'), ('é\"', 2, '0000-00-00', null)",
  'update compound set a = 3 where a = 2',
  "update compound set b = 'y', note = 'moved' where a = 3",
  'delete from compound where a > 3',
  'create table keyless (a int, b varchar(10))',
  "insert into keyless values (1, 'a'), (null, null)",
  "update keyless set b = 'c'",
  'delete from keyless',
  'create table `odd "name\\ ü` (`Key` int primary key, `a "b" \\ ü` int)',
  'insert into `odd "name\\ ü` values (1, 2)',
  'update `odd "name\\ ü` set `a "b" \\ ü` = 3',
  'create table decimal_key (d decimal(10,3), f varbinary(4), primary key (d, f))',
  "insert into decimal_key values (1.500, x'00ff')",
  'delete from decimal_key',
];

const TRANSACTIONS = [
  'create table ledger (id int primary key auto_increment, note varchar(20))',
  'create table untransacted (id int primary key) engine = myisam',
  'insert into untransacted values (1), (2)',
  'update untransacted set id = 3 where id = 1',
  'delete from untransacted',
  ...['begin', "insert into ledger (note) values ('a'), ('b'), ('c')", "update ledger set note = 'd'"],
  ...['delete from ledger where id = 2', "insert into keyless values (7, 'k')", 'commit'],
  ...['begin', "insert into ledger (note) values ('gone')", 'rollback'],
  ...['begin', "insert into ledger values (50, 'kept')", 'savepoint s', "insert into ledger values (51, 'gone')"],
  ...['rollback to s', 'commit'],
  "insert into ledger select id + 100, concat('n', id) from ledger",
  'update ledger, keyless set ledger.note = null, keyless.b = null where ledger.id = 50',
  "set session binlog_row_image = 'minimal'",
  "insert into ledger (id, note) values (200, 'minimal')",
  "update ledger set note = 'less' where id = 200",
  'update ledger set id = 201 where id = 200',
  'delete from ledger where id = 201',
  "set session binlog_row_image = 'noblob'",
  "insert into compound values ('n', 9, '2024-01-01', 'blob')",
  "update compound set c = '2024-01-02' where a = 9",
  "update compound set note = 'other' where a = 9",
  "set session binlog_row_image = 'full'",
  'truncate table ledger',
  "insert into ledger values (1, 'after')",
];

const DEFINITIONS = [
  'create table altered (id int primary key, name varchar(20) character set latin1)',
  "insert into altered values (1, 'one')",
  'alter table altered add column more decimal(10,2) unsigned default 1.5 after id, add index (name)',
  "insert into altered values (2, 2.5, 'two')",
  'alter table altered modify name varchar(200), change more much bigint unsigned',
  "insert into altered values (3, 18446744073709551615, 'three')",
  'rename table altered to renamed',
  'update renamed set much = 1 where id = 3',
  'create index much on renamed (much)',
  'alter table renamed drop column much',
  'delete from renamed where id = 1',
  "create table kinds (e enum('a','b'), s set('x','y'), t time(3), dt datetime, j json, b blob, c char(3)) charset utf8mb4",
  'drop table kinds',
  'create database other character set latin1',
  'create table other.there (id int primary key, v varchar(3))',
  "insert into other.there values (1, 'é')",
  'alter database other character set utf8mb4',
  'drop database other',
];

export const DATABASE = 'shop';

/** The last change of the workload: who reads along is done when it comes. */
export const LAST = 'the_end';

export const STATEMENTS: readonly string[] = [
  `create database ${DATABASE} character set utf8mb4`,
  `use ${DATABASE}`,
  ...Object.entries(FAMILIES).flatMap(([name, family]) => familyStatements(name, family)),
  ...KEYS,
  ...TRANSACTIONS,
  ...DEFINITIONS,
  `create table ${LAST} (id int primary key)`,
  `insert into ${LAST} values (1)`,
];
