/**
 * A random session whose log holds what real ones hold: rows of all types, and statements that depend on what the session
 * has set. A server may refuse some of it. Whoever runs what was logged gets the same tables, for nothing in here is
 * random beyond what is logged.
 */
import { Random } from '../torture/random.js';

export type Flavour = 'mysql' | 'mariadb';

export interface SessionOptions {
  readonly seed: string;
  readonly flavour: Flavour;
  /** The first number of the version. */
  readonly major: number;
  readonly count: number;
}

const SCHEMAS = ['shop', 'we`ird', 'größe'] as const;

const TYPES: readonly string[] = [
  ...['tinyint', 'smallint', 'mediumint', 'int', 'bigint'].flatMap((type) => [type, `${type} unsigned`]),
  ...['float', 'double', 'float unsigned', 'decimal(10,2)', 'decimal(65,30)', 'decimal(5,0) unsigned', 'decimal(9,9)'],
  ...[
    'bit(1)',
    'bit(17)',
    'bit(64)',
    'year',
    'date',
    'time',
    'time(3)',
    'time(6)',
    'datetime',
    'datetime(1)',
    'datetime(6)',
  ],
  ...['timestamp null', 'timestamp(4) null', 'timestamp(6) null'],
  ...['char(10)', 'char(200) character set utf8mb4', 'varchar(20)', 'varchar(300)', 'varchar(40) character set latin1'],
  ...[
    'varchar(20) character set sjis',
    'varchar(30) character set utf16',
    'varchar(9) character set ucs2',
    'char(3) character set cp1251',
  ],
  ...['binary(1)', 'binary(16)', 'varbinary(10)', 'varbinary(500)', 'tinyblob', 'blob', 'mediumblob', 'longblob'],
  ...['tinytext', 'text', 'mediumtext character set gbk', 'longtext', 'json', 'geometry', 'point', 'linestring'],
  ...[
    "enum('a','b''s','ü')",
    "set('x','y','z,z')",
    `enum(${range(300)
      .map((i) => `'m${i}'`)
      .join()})`,
    `set(${range(40)
      .map((i) => `'s${i}'`)
      .join()})`,
  ],
];
const MARIADB_TYPES: readonly string[] = [
  'uuid',
  'inet6',
  'inet4',
  'varchar(100) compressed',
  'blob compressed',
  'text compressed',
];

/** Some fit a type, others do not: what a loose sql_mode makes of them is logged. */
const VALUES: readonly string[] = [
  ...[
    'null',
    'default',
    '0',
    '1',
    '-1',
    '127',
    '-128',
    '255',
    '32767',
    '-32768',
    '65535',
    '8388607',
    '2147483647',
    '-2147483648',
  ],
  ...[
    '4294967295',
    '9223372036854775807',
    '-9223372036854775808',
    '18446744073709551615',
    '0.1',
    '-0.0',
    '1e22',
    '-1.5e-30',
    '3.4e38',
  ],
  ...['1.7976931348623157e308', '123456789.123456789', '-99999999999.99', "'0.000000000000000000000000000001'"],
  ...[
    "''",
    "'a'",
    "'it''s'",
    "'back\\\\slash'",
    "'new\\nline\\ttab'",
    "'\\0nul'",
    "'café €'",
    "'日本語'",
    "'😀'",
    "'%_`\"'",
  ],
  ...["x'00'", "x'ff'", "x'deadbeef'", "b'101'", "repeat('x', 250)", "repeat('é', 90)", "repeat(x'00ff', 200)"],
  ...[
    "'2024-02-29'",
    "'2024-02-29 12:34:56.789012'",
    "'0000-00-00'",
    "'9999-12-31 23:59:59.999999'",
    "'1970-01-01 00:00:01'",
  ],
  ...[
    "'2038-01-19 03:14:07'",
    "'-838:59:59.999999'",
    "'838:59:59'",
    "'-00:00:00.000001'",
    "'12:34:56.5'",
    '2155',
    '1901',
  ],
  ...[
    '\'{"a": [1, -2.5, null, true, "x"], "": {}}\'',
    "'[]'",
    "'null'",
    '\'"text"\'',
    "'[18446744073709551615, 1e100]'",
  ],
  ...[
    "ST_GeomFromText('POINT(1 -2.5)')",
    "ST_GeomFromText('LINESTRING(0 0,1 1)')",
    "'b''s'",
    "'x,y'",
    "'m299'",
    "'s39,s0'",
  ],
];

const SETTINGS: readonly string[] = [
  ...[
    "sql_mode = ''",
    "sql_mode = 'ANSI'",
    "sql_mode = 'ANSI_QUOTES,NO_ZERO_DATE'",
    "sql_mode = 'TRADITIONAL'",
    "sql_mode = 'NO_BACKSLASH_ESCAPES'",
  ],
  ...[
    'sql_mode = default',
    "time_zone = '+00:00'",
    "time_zone = '+05:30'",
    "time_zone = '-11:00'",
    'time_zone = default',
  ],
  ...[
    'foreign_key_checks = 0',
    'foreign_key_checks = 1',
    'unique_checks = 0',
    'unique_checks = 1',
    'sql_auto_is_null = 1',
    'sql_auto_is_null = 0',
  ],
  ...[
    'auto_increment_increment = 7, auto_increment_offset = 3',
    'auto_increment_increment = 1, auto_increment_offset = 1',
  ],
  ...[
    "lc_time_names = 'de_DE'",
    "lc_time_names = 'en_US'",
    'names latin1',
    'names utf8mb4',
    "names 'cp1251'",
    'names utf8mb4 collate utf8mb4_bin',
  ],
  ...[
    "collation_connection = 'latin1_german2_ci'",
    "collation_server = 'utf8mb4_general_ci'",
    'collation_server = default',
  ],
  ...[
    "character_set_client = 'utf8mb4'",
    'timestamp = 1700000000.123456',
    'timestamp = 1',
    'timestamp = default',
    'timestamp = 2000000000',
  ],
  ...[
    "binlog_format = 'STATEMENT'",
    "binlog_format = 'MIXED'",
    "binlog_format = 'ROW'",
    "binlog_row_image = 'MINIMAL'",
    "binlog_row_image = 'NOBLOB'",
  ],
  ...[
    "binlog_row_image = 'FULL'",
    '@whole = 42',
    '@whole = -42',
    '@big = 18446744073709551615',
    '@real = 1.5e300',
    '@real = -0.1',
    '@exact = -12.3400',
  ],
  ...[
    "@text = 'caf\u00e9'",
    "@text = _latin1 x'e9'",
    "@text = _utf16 x'65e5672c'",
    "@bytes = x'00ff27'",
    '@nothing = null',
    "@`od``d name` = 'x'",
  ],
  ...[
    "@text = _sjis x'8365' collate sjis_bin",
    '@empty = ""',
    '@whole = cast(1 as unsigned)',
    'rand_seed1 = 11, rand_seed2 = 22',
    'insert_id = 500',
    'last_insert_id = 77',
  ],
];
const MYSQL_SETTINGS: readonly string[] = [
  ...[
    'binlog_rows_query_log_events = on',
    'binlog_rows_query_log_events = off',
    "transaction_isolation = 'READ-COMMITTED'",
  ],
  ...[
    "transaction_isolation = 'REPEATABLE-READ'",
    'explicit_defaults_for_timestamp = 0',
    'explicit_defaults_for_timestamp = 1',
  ],
];
const MYSQL8_SETTINGS: readonly string[] = [
  ...[
    "binlog_row_value_options = 'PARTIAL_JSON'",
    "binlog_row_value_options = ''",
    'binlog_transaction_compression = on',
  ],
  ...[
    'binlog_transaction_compression = off',
    'sql_require_primary_key = 1',
    'sql_require_primary_key = 0',
    'sql_generate_invisible_primary_key = 1',
  ],
  ...[
    'sql_generate_invisible_primary_key = 0',
    "default_collation_for_utf8mb4 = 'utf8mb4_general_ci'",
    'default_table_encryption = 0',
  ],
];
const MARIADB_SETTINGS: readonly string[] = [
  ...[
    'gtid_domain_id = 0',
    'gtid_domain_id = 3',
    'server_id = 1',
    'server_id = 9',
    'skip_replication = 1',
    'skip_replication = 0',
  ],
  ...[
    'skip_parallel_replication = 1',
    'skip_parallel_replication = 0',
    'check_constraint_checks = 0',
    'check_constraint_checks = 1',
  ],
  ...[
    'binlog_annotate_row_events = 0',
    'binlog_annotate_row_events = 1',
    'explicit_defaults_for_timestamp = 0',
    'sql_if_exists = 1',
    'sql_if_exists = 0',
  ],
  ...[
    'system_versioning_insert_history = 1',
    'system_versioning_insert_history = 0',
    'binlog_alter_two_phase = 1',
    'binlog_alter_two_phase = 0',
  ],
  ...[
    "character_set_collations = 'utf8mb4=utf8mb4_bin'",
    "character_set_collations = ''",
    "old_mode = ''",
    "binlog_row_image = 'FULL_NODUP'",
    "sql_mode = 'ORACLE'",
  ],
];

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Statements for one connection, in order. */
export function* statements(options: SessionOptions): Generator<string> {
  const session = new Session(options);
  yield* SCHEMAS.map((schema) => `create database ${quoted(schema)}`);
  yield 'use shop';
  for (let i = 0; i < 4; i++) yield session.createTable();
  for (let i = 0; i < options.count; i++) yield* session.next();
}

class Session {
  readonly #random: Random;
  readonly #options: SessionOptions;
  readonly #types: readonly string[];
  readonly #settings: readonly string[];
  #tables: Table[] = [];
  #count = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    const mysql = [...MYSQL_SETTINGS, ...(options.major >= 8 ? MYSQL8_SETTINGS : [])];
    this.#settings = [...SETTINGS, ...(options.flavour === 'mysql' ? mysql : MARIADB_SETTINGS)];
    this.#types =
      options.flavour === 'mysql'
        ? [...TYPES, ...(options.major >= 9 ? ['vector(3)'] : [])]
        : [...TYPES, ...MARIADB_TYPES];
  }

  next(): string[] {
    const random = this.#random;
    const kind = random.fraction();
    if (kind < 0.25) return [`set ${random.oneOf(this.#settings)}`];
    if (kind < 0.33) return [this.createTable()];
    if (kind < 0.7) return [this.#change()];
    if (kind < 0.78) return this.#transaction();
    if (kind < 0.83) return this.#twoPhase();
    if (kind < 0.92) return [this.#byStatement()];
    return this.#oddity();
  }

  createTable(): string {
    const random = this.#random;
    const columns = Array.from(
      { length: random.between(1, 9) },
      (_, i) => `${random.oneOf(['c', 'Näme ', 'a`b'])}${i}`,
    );
    const name = `${quoted(random.oneOf(SCHEMAS))}.${quoted(`${random.oneOf(['t', 'T a', 'ü'])}${this.#count++}`)}`;
    const definitions = columns.map((column) => {
      const nullable = random.chance(0.2) ? ' not null' : '';
      const type = random.oneOf(this.#types);
      return `${quoted(column)} ${type}${type.endsWith('null') ? '' : nullable}`;
    });
    const key = random.oneOf(['id int primary key auto_increment, ', 'id bigint unsigned auto_increment unique, ', '']);
    const engine = random.oneOf([' engine=innodb', ' engine=myisam', '']);
    const temporary = random.chance(0.1) ? 'temporary ' : '';
    this.#tables = [...this.#tables.slice(-7), { name, columns }];
    const charset = random.oneOf(['', ' character set latin1', ' character set utf8mb4 comment \'a "b" `c`\'']);
    return `create ${temporary}table ${name} (${key}${definitions.join(', ')})${engine}${charset}`;
  }

  #table(): Table {
    return this.#random.oneOf(this.#tables);
  }

  #value(): string {
    return this.#random.oneOf(VALUES);
  }

  #change(): string {
    const random = this.#random;
    const { name, columns } = this.#table();
    const column = quoted(random.oneOf(columns));
    const kind = random.fraction();
    if (kind < 0.6) return this.#insert(name, columns);
    if (kind < 0.75) return `update ignore ${name} set ${column} = ${this.#value()}`;
    if (kind < 0.8) return `update ${name} set ${column} = json_set(${column}, '$.a', ${random.between(1, 9)})`;
    if (kind < 0.9) return `delete from ${name} order by ${column} limit ${random.between(1, 3)}`;
    return `replace into ${name} (${column}) values (${this.#value()})`;
  }

  #insert(name: string, columns: readonly string[]): string {
    const random = this.#random;
    const chosen = columns.filter(() => random.chance(0.8));
    if (chosen.length === 0) return `insert into ${name} () values ()`;
    const row = (): string => `(${chosen.map(() => this.#value()).join(', ')})`;
    const rows = Array.from({ length: random.chance(0.05) ? 400 : random.between(1, 3) }, row);
    return `insert ignore into ${name} (${chosen.map(quoted).join(', ')}) values ${rows.join(', ')}`;
  }

  #transaction(): string[] {
    const random = this.#random;
    const changes = Array.from({ length: random.between(1, 4) }, () => this.#change());
    const savepoint = random.chance(0.5)
      ? ['savepoint `s p`', this.#change(), 'rollback to `s p`', this.#change()]
      : [];
    return [
      random.oneOf(['begin', 'start transaction']),
      ...changes,
      ...savepoint,
      random.chance(0.85) ? 'commit' : 'rollback',
    ];
  }

  #twoPhase(): string[] {
    const random = this.#random;
    const xid = random.oneOf([
      "'plain'",
      "'with','branch'",
      "'b',x'00ff',7",
      `'${'long'.repeat(16)}','${'er'.repeat(32)}',2147483647`,
    ]);
    const end = random.oneOf([['commit'], ['rollback'], []]);
    const phases = end.length === 0 ? [`xa commit ${xid} one phase`] : [`xa prepare ${xid}`, `xa ${end[0]} ${xid}`];
    return [`xa start ${xid}`, this.#change(), this.#change(), `xa end ${xid}`, ...phases];
  }

  /** What depends on variables, seeds and counters where it is logged as it was said. */
  #byStatement(): string {
    const random = this.#random;
    const { name, columns } = this.#table();
    const column = quoted(random.oneOf(columns));
    const value = random.oneOf([
      '@whole',
      '@big',
      '@real',
      '@exact',
      '@text',
      '@bytes',
      '@nothing',
      '@`od``d name`',
      '@empty',
      '@never_set',
      'rand()',
    ]);
    const late = random.oneOf([
      'last_insert_id()',
      'now()',
      'now(6)',
      'curtime(3)',
      "date_format(now(), '%W %M')",
      'connection_id()',
      'database()',
    ]);
    return random.oneOf([
      `insert ignore into ${name} (${column}) values (${value})`,
      `insert ignore into ${name} (${column}) values (${late}), (${value})`,
      `insert ignore into ${name} (${column}) select concat(${value}, '/', 'x')`,
      `update ignore ${name} set ${column} = ${value} where ${column} is not null`,
    ]);
  }

  #oddity(): string[] {
    const random = this.#random;
    const { name, columns } = this.#table();
    const column = quoted(random.oneOf(columns));
    const n = this.#count++;
    const kinds: readonly (readonly string[])[] = [
      [`use ${quoted(random.oneOf(SCHEMAS))}`],
      [`alter table ${name} add column n${n} int default 5, comment 'it''s'`],
      [`alter table ${name} drop column ${column}`],
      [`alter table ${name} modify column ${column} text`],
      [`truncate table ${name}`],
      [`create table copy${n} as select * from ${name}`],
      [`create table like${n} like ${name}`],
      [`create view view${n} as select ${column} from ${name}`, `drop view view${n}`],
      [`create trigger ${name.split('.')[0]}.trig${n} before insert on ${name} for each row set @t = @t + 1`],
      [
        `create procedure p${n}(x int) begin insert ignore into ${name} (${column}) values (x); end`,
        `call p${n}(7)`,
        `drop procedure p${n}`,
      ],
      [
        `create function f${n}(x int) returns int deterministic return x + 1`,
        `insert ignore into ${name} (${column}) values (f${n}(1))`,
      ],
      [`analyze table ${name}`, `optimize table ${name}`, `flush tables ${name}`],
      [`load data infile 'words.txt' ignore into table ${name} (${column})`],
      [
        `load data infile 'words.txt' replace into table ${name} character set utf8mb4 fields terminated by ',' ignore 1 lines (${column}, @skipped)`,
      ],
      [`load data local infile 'words.txt' into table ${name} (@x) set ${column} = concat(@x, '!')`],
      [`drop table ${name}`, this.createTable()],
      [
        `create user 'u${n}'@'%' identified by 'Secret-${n}'`,
        `grant select on *.* to 'u${n}'@'%'`,
        `drop user 'u${n}'@'%'`,
      ],
      [`insert ignore into ${name} (${column}) values (repeat('huge ', ${random.between(10, 60)} * 1000))`],
      [`create event e${n} on schedule at '2037-01-01' do delete from ${name}`, `drop event e${n}`],
      [`/* a comment */ insert ignore into ${name} (${column}) values ('-- \u00fc'), ('; # /*')`],
      [`insert delayed into ${name} (${column}) values (1)`, 'flush logs'],
      [`create index i${n} on ${name} (${column}(3))`, `create index i${n} on ${name} (${column})`],
      ...(this.#options.flavour === 'mariadb'
        ? [
            [`create sequence s${n}`, `insert ignore into ${name} (${column}) values (nextval(s${n}))`],
            [
              `create or replace table versioned${n} (x int, y varchar(9)) with system versioning`,
              `insert into versioned${n} values (1, 'a')`,
              `update versioned${n} set x = 2`,
              `delete from versioned${n}`,
            ],
            [
              `create table periods${n} (a date, b date, period for p(a, b))`,
              `insert into periods${n} values ('2020-01-01', '2021-01-01')`,
              `delete from periods${n} for portion of p from '2020-03-01' to '2020-04-01'`,
            ],
            [`insert ignore into ${name} (${column}) values (7) returning ${column}`],
          ]
        : [
            [
              `create table generated${n} (a int, b int as (a + 1) stored, c int as (a * 2) virtual)`,
              `insert into generated${n} (a) values (4)`,
              `update generated${n} set a = 5`,
            ],
            [
              `create table parts${n} (a int primary key, b varchar(9)) partition by hash (a) partitions 3`,
              `insert into parts${n} values (1,'x'),(2,'y')`,
              `update parts${n} set a = 9 where a = 1`,
            ],
            [
              `create table invisible${n} (a int, b int invisible default 3)`,
              `insert into invisible${n} (a, b) values (1, 2)`,
            ],
            [
              `set gtid_next = 'automatic:tag${n}'`,
              `insert ignore into ${name} (${column}) values (8)`,
              "set gtid_next = 'automatic'",
            ],
            [`drop temporary table if exists ${name}`],
          ]),
    ];
    return [...random.oneOf(kinds)];
  }
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
