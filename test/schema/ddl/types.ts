import type { Random } from '../../roundtrip/random.js';
import type { Flavour } from './generator.js';

/** Names that trip those who cut statements by hand. */
export const ODD_NAMES = [
  'a b',
  'a`b',
  'a``',
  "it's",
  '"q"',
  'a,b',
  'x(1)',
  'semi;colon',
  'sel--ect',
  '/* c */',
  '/*!50001 d */',
  '#hash',
  'back\\slash',
  'été',
  'Straße',
  '日本',
  'a.b',
  '1e5',
  '0x41',
  'new\nline',
  'tab\there',
  'PRIMARY',
  'select',
  'add column',
  '$dollar',
  '\u202e',
] as const;

export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

const NUMBERS = [
  ...['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'INTEGER', 'BIGINT', 'INT1', 'INT2', 'INT3', 'INT4', 'INT8'],
  ...['MIDDLEINT', 'INT(5)', 'INT(7) ZEROFILL', 'INTEGER UNSIGNED', 'BIGINT(20) UNSIGNED', 'BOOL', 'BOOLEAN'],
  ...['DECIMAL', 'DEC(5)', 'NUMERIC(9,3)', 'FIXED(7,7)', 'DECIMAL(65,30) UNSIGNED', 'DECIMAL(0)', 'FLOAT', 'FLOAT(7)'],
  ...[
    'FLOAT(25)',
    'FLOAT(7,3)',
    'FLOAT UNSIGNED',
    'DOUBLE',
    'DOUBLE PRECISION',
    'DOUBLE(9,4)',
    'REAL',
    'FLOAT4',
    'FLOAT8',
  ],
  ...['BIT', 'BIT(1)', 'BIT(17)', 'BIT(64)', 'YEAR', 'DOUBLE DEFAULT -1.5e-3', 'DECIMAL(5,2) DEFAULT .5'],
] as const;
const TIMES = [
  ...[
    'DATE',
    'TIME',
    'TIME(3)',
    'DATETIME',
    'DATETIME(6)',
    'TIMESTAMP NULL',
    'TIMESTAMP(2) NULL',
    "DATE DEFAULT '2020-01-01'",
  ],
  ...['DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP', 'TIMESTAMP(3) DEFAULT NOW(3) ON UPDATE NOW(3)'],
] as const;
const TEXTS = [
  ...['CHAR', 'CHAR(0)', 'CHAR(255)', 'CHARACTER(3)', 'VARCHAR(20)', 'VARCHAR(255)', 'VARCHAR(300)', 'VARCHAR(0)'],
  ...['CHARACTER VARYING(7)', 'CHAR VARYING(8)', 'NCHAR(4)', 'NATIONAL CHAR(4)', 'NATIONAL CHARACTER VARYING(6)'],
  ...[
    'NATIONAL VARCHAR(6)',
    'NVARCHAR(6)',
    'NCHAR VARCHAR(6)',
    'NCHAR VARYING(6)',
    'NATIONAL CHARACTER(3)',
    'VARCHARACTER(9)',
  ],
  ...['TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT', 'LONG', 'LONG VARCHAR', 'TEXT(10)', 'TEXT(63)', 'TEXT(64)'],
  ...[
    'TEXT(300)',
    'TEXT(20000)',
    'TEXT(70000)',
    'LONG CHAR VARYING',
    'VARCHAR(70000)',
    'CHAR(5) BINARY',
    'TEXT BINARY',
  ],
  ...['CHAR(5) ASCII', 'CHAR(5) UNICODE', 'CHAR(5) BYTE', 'VARCHAR(5) BYTE', 'TEXT BYTE'],
  ...[
    "ENUM('a','b')",
    "ENUM('it''s','c:\\\\d','e  ','','x,y')",
    "ENUM('a\\nb','\\\\\\\\')",
    "SET('a','b c')",
    "SET('\\'','\"')",
  ],
  ...["VARCHAR(9) DEFAULT 'a, b)'", "CHAR(3) DEFAULT _utf8'x'", 'TEXT(16777215)'],
] as const;
const CHARSETS = [
  ...['CHARACTER SET latin1', 'CHARSET utf8mb4', 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', 'COLLATE latin1_bin'],
  ...[
    'CHARACTER SET binary',
    'CHARACTER SET ucs2',
    'CHAR SET utf8',
    'CHARACTER SET "ascii"',
    'CHARSET `latin1` BINARY',
  ],
] as const;
const BYTES = [
  ...['BINARY', 'BINARY(5)', 'VARBINARY(9)', 'VARBINARY(70000)', 'TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB'],
  ...['BLOB(10)', 'BLOB(300)', 'BLOB(70000)', 'LONG VARBINARY'],
] as const;
const GEOMETRIES = [
  ...[
    'GEOMETRY',
    'POINT',
    'LINESTRING',
    'POLYGON',
    'MULTIPOINT',
    'MULTILINESTRING',
    'MULTIPOLYGON',
    'GEOMETRYCOLLECTION',
  ],
] as const;

const MARIADB = [
  ...['JSON', 'SERIAL', 'UUID', 'INET4', 'INET6', 'INT DEFAULT 1 + 1', "VARCHAR(9) DEFAULT CONCAT('a','b')"],
  ...['VARCHAR(100) COMPRESSED', 'TEXT COMPRESSED', 'INT CHECK (1 > 0)'],
];
const OWN: Readonly<Record<Flavour, readonly string[]>> = {
  'mysql-5.7': ['JSON', 'SERIAL', 'YEAR(4)'],
  'mysql-8.0': ['JSON', 'SERIAL', 'POINT SRID 0', 'INT DEFAULT (1 + 1)'],
  'mysql-9.7': ['JSON', 'SERIAL', 'POINT SRID 4326', 'VECTOR', 'VECTOR(3)', 'INT DEFAULT (1 + 1)', 'GEOMCOLLECTION'],
  'mariadb-10.11': MARIADB,
  'mariadb-11.8': [...MARIADB, 'VECTOR(3)'],
};

export function randomType(r: Random, flavour: Flavour): string {
  const family = r.pick([NUMBERS, NUMBERS, TIMES, TEXTS, TEXTS, TEXTS, BYTES, GEOMETRIES, OWN[flavour]]);
  const type = r.pick<string>(family);
  // Labels that are converted from ucs2 come out differently on each server, so we refuse that.
  if (/^(ENUM|SET)/.test(type)) return r.chance(0.3) ? `${type} CHARACTER SET latin1` : type;
  return family === TEXTS && !/DEFAULT|NATIONAL|NCHAR|NVARCHAR|BYTE|ASCII|UNICODE|BINARY/.test(type) && r.chance(0.4)
    ? `${type} ${r.pick(CHARSETS)}`
    : type;
}
