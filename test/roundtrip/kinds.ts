import type { MariadbVersion } from '../servers/mariadb.js';
import type { MysqlVersion } from '../servers/mysql.js';
import { documents } from './documents.js';
import { isMariadb, mariadbKinds } from './mariadb-kinds.js';
import type { Random } from './random.js';

export type Version = MysqlVersion | MariadbVersion;

/** How SELECT's text of a column is to be read, which the column's type alone decides. */
export type ValueClass =
  | 'number'
  | 'bigint'
  | 'float'
  | 'double'
  | 'ascii'
  | 'text'
  | 'bytes'
  | 'bit'
  | 'json'
  | 'json of 5.7';

/** A column type with all its attributes, and SQL expressions of values for it. */
export interface Kind {
  readonly sql: string;
  readonly as: ValueClass;
  readonly boundary: readonly string[];
  readonly random: (random: Random) => string;
  /** What a row with it takes of the 65,535 bytes that a row may have. */
  readonly rowBytes: number;
  /** How it may be part of a primary key. */
  readonly key?: 'whole' | 'prefix';
  /** Columns that NOBLOB leaves out where they did not change. */
  readonly blob?: true;
  readonly generated?: true;
}

export const hex = (bytes: Buffer): string => `x'${bytes.toString('hex')}'`;
const quoted = (values: readonly string[]): string[] => values.map((value) => `'${value}'`);

/** Every type that the server has, at its limits and at lengths by chance. */
export function kinds(version: Version, random: Random): Kind[] {
  return [
    ...integers(),
    ...decimals(random, isMariadb(version) ? 38 : 30),
    ...floats(),
    ...bits(random),
    ...temporals(),
    ...texts(random),
    ...binaries(random),
    ...members(random),
    ...geometries(),
    ...(isMariadb(version) ? mariadbKinds(version, random) : [json(version)]),
    ...(version === '9.7' ? vectors() : []),
  ];
}

function integers(): Kind[] {
  return (
    [
      ['tinyint', 8n],
      ['smallint', 16n],
      ['mediumint', 24n],
      ['int', 32n],
      ['bigint', 64n],
    ] as const
  ).flatMap(([name, width]) => {
    const as = width === 64n ? 'bigint' : 'number';
    const kind = (sql: string, first: bigint, last: bigint): Kind => ({
      sql,
      as,
      boundary: [first, first + 1n, 0n, 1n, last / 2n, last / 2n + 1n, last - 1n, last].map(String),
      random: (random) => String(random.bigint(first, last)),
      rowBytes: 8,
      key: 'whole',
    });
    const half = 2n ** (width - 1n);
    return [
      kind(name, -half, half - 1n),
      kind(`${name} unsigned`, 0n, 2n * half - 1n),
      kind(`${name}(5) unsigned zerofill`, 0n, 2n * half - 1n),
    ];
  });
}

function decimals(random: Random, scaleMax: number): Kind[] {
  const precision = random.int(1, 65);
  const scale = random.int(0, Math.min(scaleMax, precision));
  const shapes = [
    [65, scaleMax],
    [65, 0],
    [1, 1],
    [1, 0],
    [10, 2],
    [18, 9],
    [scaleMax, scaleMax],
    [precision, scale],
  ] as const;
  return shapes.map(([p, s]) => {
    const text = (integer: string, fraction: string): string => `${integer || '0'}${s > 0 ? `.${fraction}` : ''}`;
    const most = text('9'.repeat(p - s), '9'.repeat(s));
    const least = text('0', `${'0'.repeat(Math.max(0, s - 1))}1`);
    return {
      sql: `decimal(${p},${s})`,
      as: 'ascii',
      boundary: [most, `-${most}`, least, `-${least}`, '0', '-0.0', '1', '-1', text('1'.padEnd(p - s, '0'), '')],
      random: (r) => (r.chance(0.5) ? '-' : '') + text(r.digits(r.int(0, p - s)), r.digits(s)),
      rowBytes: 32,
      key: 'whole',
    } satisfies Kind;
  });
}

function floats(): Kind[] {
  const both = [
    '0',
    '-0e0',
    '1',
    '-1',
    '0.1',
    '1e15',
    '1e14',
    '123456789012345680',
    '1e-5',
    '1e-15',
    '1e-16',
    '16777217',
  ];
  const random = (r: Random, exponentMax: number): string =>
    `${r.chance(0.5) ? '-' : ''}${r.int(0, 9)}.${r.digits(r.int(1, 17))}e${r.int(-exponentMax, exponentMax)}`;
  const float = [
    '3.4028234663852886e38',
    '-3.4028234663852886e38',
    '1.17549435e-38',
    '1.4e-45',
    '0.3',
    '8388609',
    '33554434.5',
  ];
  const double = [
    '1.7976931348623157e308',
    '2.2250738585072014e-308',
    '5e-324',
    '4.35',
    '1104720825059055.9',
    '9007199254740993',
    '0.30000000000000004',
  ];
  return [
    { sql: 'float', as: 'float', boundary: [...both, ...float], random: (r) => random(r, 37), rowBytes: 4 },
    { sql: 'float unsigned', as: 'float', boundary: both, random: (r) => random(r, 37), rowBytes: 4 },
    { sql: 'double', as: 'double', boundary: [...both, ...double], random: (r) => random(r, 307), rowBytes: 8 },
    { sql: 'double unsigned', as: 'double', boundary: both, random: (r) => random(r, 20), rowBytes: 8 },
  ];
}

function bits(random: Random): Kind[] {
  return [1, 8, 9, 31, 32, 33, 53, 54, 63, 64, random.int(1, 64)].map((width) => ({
    sql: `bit(${width})`,
    as: 'bit',
    boundary: ['0', '1', `${2n ** BigInt(width) - 1n}`, `${2n ** BigInt(width - 1)}`],
    random: (r) => String(r.bigint(0n, 2n ** BigInt(width) - 1n)),
    rowBytes: 8,
    key: 'whole',
  }));
}

const two = (value: number): string => String(value).padStart(2, '0');

function temporals(): Kind[] {
  const date = (r: Random): string =>
    `${String(r.int(0, 9999)).padStart(4, '0')}-${two(r.int(1, 12))}-${two(r.int(1, 28))}`;
  const clock = (r: Random, fraction: number): string =>
    `${two(r.int(0, 23))}:${two(r.int(0, 59))}:${two(r.int(0, 59))}${fraction > 0 ? `.${r.digits(fraction)}` : ''}`;
  const instant = (r: Random): string =>
    new Date(r.int(1, 2 ** 31 - 1) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const fractions = [0, 1, 2, 3, 4, 5, 6];
  const zeroDates = ['0000-00-00', '0000-01-01', '2024-00-00', '2024-05-00', '2024-02-29', '1000-01-01', '9999-12-31'];
  return [
    {
      sql: 'year',
      as: 'number',
      boundary: ['1901', '2155', '0', "'0000'", '2024'],
      random: (r) => String(r.int(1901, 2155)),
      rowBytes: 1,
      key: 'whole',
    },
    { sql: 'date', as: 'ascii', boundary: quoted(zeroDates), random: (r) => `'${date(r)}'`, rowBytes: 3, key: 'whole' },
    ...fractions.map((f): Kind => {
      const tail = f > 0 ? `.${'9'.repeat(f)}` : '';
      const least = f > 0 ? `.${'0'.repeat(f - 1)}1` : '';
      const times = [
        `838:59:59`,
        `-838:59:59`,
        `00:00:00`,
        `00:00:00${least}`,
        `-00:00:00${least}`,
        `-00:00:00${tail}`,
      ];
      const more = [
        `-01:02:03${tail}`,
        `-838:59:58${tail}`,
        `838:59:58${tail}`,
        `100:00:00${least}`,
        `-99:59:59${tail}`,
      ];
      return {
        sql: `time(${f})`,
        as: 'ascii',
        boundary: quoted([...times, ...more]),
        random: (r) => `'${r.chance(0.5) ? '-' : ''}${r.int(0, 8)}${clock(r, f)}'`,
        rowBytes: 6,
        key: 'whole',
      };
    }),
    ...fractions.map((f): Kind => {
      const tail = f > 0 ? `.${'9'.repeat(f)}` : '';
      const zero = zeroDates.slice(0, 4).map((day) => `${day} 00:00:00`);
      return {
        sql: `datetime(${f})`,
        as: 'ascii',
        boundary: quoted([
          ...zero,
          `9999-12-31 23:59:59${tail}`.slice(0, 26),
          `0000-01-01 00:00:00${tail}`,
          '1000-01-01 00:00:00',
        ]),
        random: (r) => `'${date(r)} ${clock(r, f)}'`,
        rowBytes: 8,
        key: 'whole',
      };
    }),
    ...fractions.map(
      (f): Kind => ({
        sql: `timestamp(${f}) null`,
        as: 'ascii',
        boundary: quoted([
          '0000-00-00 00:00:00',
          '1970-01-01 00:00:01',
          `1970-01-01 23:59:59${f > 0 ? `.${'9'.repeat(f)}` : ''}`,
          '2038-01-19 03:14:07',
          '2024-02-29 23:59:59',
        ]),
        random: (r) => `'${instant(r)}${f > 0 ? `.${r.digits(f)}` : ''}'`,
        rowBytes: 7,
      }),
    ),
  ];
}

interface Charset {
  readonly name: string;
  readonly collations: readonly string[];
  readonly bytesPerChar: number;
  /** `length` characters by chance, as bytes of the character set. */
  readonly text: (random: Random, length: number) => Buffer;
}

const scalar = (r: Random, last: number): number => {
  const code = r.pick([
    r.int(1, 0x7f),
    r.int(0, 0x1f),
    r.int(0x80, 0x7ff),
    r.int(0x800, 0xd7ff),
    r.int(0xe000, 0xffff),
    r.int(0x10000, 0x10ffff),
  ]);
  return code > last ? 0x41 + (code % 26) : code;
};
const codePoints = (r: Random, length: number, last: number): number[] => Array.from({ length }, () => scalar(r, last));
const unicode = (last: number, encode: (codes: number[]) => Buffer) => (r: Random, length: number) =>
  encode(codePoints(r, length, last));
const utf16le = (codes: number[]): Buffer => Buffer.from(String.fromCodePoint(...codes), 'utf16le');
const utf32 = (codes: number[]): Buffer =>
  Buffer.concat(codes.map((code) => Buffer.from([0, code >> 16, (code >> 8) & 255, code & 255])));
const BMP = 0xffff;
const ALL = 0x10ffff;

const CHARSETS: readonly Charset[] = [
  {
    name: 'utf8mb4',
    collations: ['utf8mb4_general_ci', 'utf8mb4_bin', 'utf8mb4_unicode_ci', 'utf8mb4_german2_ci'],
    bytesPerChar: 4,
    text: unicode(ALL, (codes) => Buffer.from(String.fromCodePoint(...codes))),
  },
  {
    name: 'utf8',
    collations: ['utf8_general_ci', 'utf8_bin', 'utf8_unicode_520_ci'],
    bytesPerChar: 3,
    text: unicode(BMP, (codes) => Buffer.from(String.fromCodePoint(...codes))),
  },
  {
    name: 'latin1',
    collations: ['latin1_swedish_ci', 'latin1_bin', 'latin1_general_cs'],
    bytesPerChar: 1,
    text: (r, length) => r.bytes(length),
  },
  {
    name: 'ascii',
    collations: ['ascii_general_ci', 'ascii_bin'],
    bytesPerChar: 1,
    text: (r, length) => Buffer.from(r.bytes(length).map((byte) => byte & 0x7f)),
  },
  {
    name: 'ucs2',
    collations: ['ucs2_general_ci', 'ucs2_bin', 'ucs2_german2_ci'],
    bytesPerChar: 2,
    text: unicode(BMP, (codes) => utf16le(codes).swap16()),
  },
  {
    name: 'utf16',
    collations: ['utf16_general_ci', 'utf16_bin', 'utf16_unicode_520_ci'],
    bytesPerChar: 4,
    text: unicode(ALL, (codes) => utf16le(codes).swap16()),
  },
  { name: 'utf16le', collations: ['utf16le_general_ci', 'utf16le_bin'], bytesPerChar: 4, text: unicode(ALL, utf16le) },
  { name: 'utf32', collations: ['utf32_general_ci', 'utf32_bin'], bytesPerChar: 4, text: unicode(ALL, utf32) },
];

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

function texts(random: Random): Kind[] {
  return CHARSETS.flatMap((charset) => {
    const attributes = `character set ${charset.name} collate ${random.pick(charset.collations)}`;
    const literal = (r: Random, charsMax: number): string =>
      `_${charset.name} ${hex(charset.text(r, r.int(0, charsMax)))}`;
    const ofOneByte = charset.bytesPerChar === 1;
    const every = charset.name === 'latin1' ? EVERY_BYTE : EVERY_BYTE.subarray(0, 128);
    const boundary = (chars: number): string[] => [
      "''",
      "'  spaces  '",
      `repeat('x', ${chars})`,
      `concat(repeat(' ', ${Math.max(0, chars - 1)}), 'y')`,
      "'\"quotes\\\\ and \\'others\\''",
      ...(ofOneByte ? [`_${charset.name} ${hex(every.subarray(0, Math.min(chars, every.length)))}`] : []),
      ...(charset.name === 'latin1' ? [`_latin1 ${hex(EVERY_BYTE.subarray(-Math.min(chars, 128)))}`] : []),
    ];
    const kind = (type: string, chars: number, more: Partial<Kind> = {}): Kind => ({
      sql: `${type} ${attributes}`,
      as: 'text',
      boundary: boundary(chars),
      random: (r) => literal(r, chars),
      rowBytes: chars * charset.bytesPerChar + 2,
      ...more,
    });
    const blob = { rowBytes: 12, blob: true, key: 'prefix' } as const;
    const short = random.int(1, 20);
    const long = random.int(64, 300);
    return [
      kind(`char(${short})`, short, { key: 'whole' }),
      kind(`char(${ofOneByte ? 255 : 100})`, 100),
      kind(`varchar(${short})`, short, { key: 'whole' }),
      kind(`varchar(${long})`, long, { key: 'prefix' }),
      kind('tinytext', 60, blob),
      kind('text', 300, blob),
      kind('mediumtext', 300, blob),
      kind('longtext', 300, blob),
    ];
  });
}

function binaries(random: Random): Kind[] {
  const kind = (sql: string, length: number, more: Partial<Kind> = {}): Kind => ({
    sql,
    as: 'bytes',
    boundary: [
      "''",
      hex(Buffer.alloc(length)),
      hex(Buffer.concat([EVERY_BYTE, Buffer.alloc(2)]).subarray(0, length)),
      hex(Buffer.concat([Buffer.alloc(length - 1), Buffer.from([1])])),
      hex(Buffer.from([1, 0, 0, 0].slice(0, length))),
      hex(Buffer.alloc(length, 0x20)),
    ],
    random: (r) => hex(r.bytes(r.int(0, length))),
    rowBytes: length + 2,
    ...more,
  });
  const blob = { rowBytes: 12, blob: true, key: 'prefix' } as const;
  const length = random.int(2, 40);
  return [
    kind('binary(1)', 1, { key: 'whole' }),
    kind(`binary(${length})`, length, { key: 'whole' }),
    kind('binary(255)', 255),
    kind(`varbinary(${length})`, length, { key: 'whole' }),
    kind('varbinary(600)', 600, { key: 'prefix' }),
    kind('tinyblob', 255, blob),
    kind('blob', 400, blob),
    kind('mediumblob', 400, blob),
    kind('longblob', 400, blob),
    kind('char(12) character set binary', 12, { key: 'whole' }),
    kind('text character set binary', 200, blob),
  ];
}

const LABELS = ["it''s", 'a b', 'x"y', 'ü', '日本', 'back\\\\slash', 'tab\\there', 'new\\nline', '(paren)', '%', 'Ж'];

function members(random: Random): Kind[] {
  const list = (labels: readonly string[]): string => labels.map((label) => `'${label}'`).join(',');
  const many = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  const withCommas = [...LABELS, 'a,b', ','];
  const enumKind = (labels: readonly string[], charset: string): Kind => ({
    sql: `enum(${list(labels)}) character set ${charset}`,
    as: 'text',
    boundary: ['1', String(labels.length), "''", `'${labels[0]}'`],
    random: (r) => String(r.int(1, labels.length)),
    rowBytes: 2,
    key: 'whole',
  });
  const setKind = (labels: readonly string[], charset: string): Kind => ({
    sql: `set(${list(labels)}) character set ${charset}`,
    as: 'text',
    boundary: ["''", '1', String(2n ** BigInt(labels.length) - 1n), String(2n ** BigInt(labels.length - 1))],
    random: (r) => String(r.bigint(0n, 2n ** BigInt(labels.length) - 1n)),
    rowBytes: 8,
    key: 'whole',
  });
  return [
    enumKind(['only'], 'utf8mb4'),
    enumKind(withCommas, 'utf8mb4'),
    enumKind(many(255, 'e'), 'utf8mb4'),
    enumKind(many(256, 'e'), 'latin1'),
    enumKind(many(random.int(300, 1500), 'label '), 'utf8mb4'),
    enumKind(['a', 'ö', 'é'], 'latin1'),
    enumKind(['a', 'ö', '日'], 'utf16'),
    setKind(['only'], 'utf8mb4'),
    setKind(LABELS, 'utf8mb4'),
    setKind(many(8, 's'), 'utf8mb4'),
    setKind(many(9, 's'), 'latin1'),
    setKind(many(24, 's'), 'utf8mb4'),
    setKind(many(33, 's'), 'utf8mb4'),
    setKind(many(64, 's'), 'utf8mb4'),
    setKind(['ö', 'é', 'z'], 'latin1'),
  ];
}

function geometries(): Kind[] {
  const point = (r: Random): string => `${r.int(-180, 180)} ${r.int(-90, 90)}.${r.digits(3)}`;
  const line = (r: Random): string => Array.from({ length: r.int(2, 6) }, () => point(r)).join(',');
  const ring = '(0 0,0 4,4 4,4 0,0 0)';
  const shapes: Record<string, (r: Random) => string> = {
    point: (r) => `POINT(${point(r)})`,
    linestring: (r) => `LINESTRING(${line(r)})`,
    polygon: () => `POLYGON(${ring},(1 1,1 2,2 2,2 1,1 1))`,
    multipoint: (r) => `MULTIPOINT(${line(r)})`,
    multilinestring: (r) => `MULTILINESTRING((${line(r)}),(${line(r)}))`,
    multipolygon: () => `MULTIPOLYGON((${ring}))`,
    geometrycollection: (r) => `GEOMETRYCOLLECTION(POINT(${point(r)}),LINESTRING(${line(r)}))`,
  };
  const text = (shape: string): string => `ST_GeomFromText('${shape}')`;
  const geometry: Kind = {
    sql: 'geometry',
    as: 'bytes',
    boundary: [`ST_GeomFromText('POINT(1 2)', 4326)`],
    random: (r) => text(r.pick(Object.values(shapes))(r)),
    rowBytes: 12,
    blob: true,
  };
  return [
    geometry,
    ...Object.entries(shapes).map(
      ([sql, shape]): Kind => ({ ...geometry, sql, boundary: [], random: (r) => text(shape(r)) }),
    ),
  ];
}

function vectors(): Kind[] {
  const kind = (sql: string, length: number): Kind => ({
    sql,
    as: 'bytes',
    boundary: [hex(Buffer.alloc(4 * length)), hex(Buffer.alloc(4))],
    random: (r) =>
      `STRING_TO_VECTOR('[${Array.from({ length }, () => `${r.int(-99, 99)}.${r.digits(3)}`).join(',')}]')`,
    rowBytes: 12,
    blob: true,
  });
  return [kind('vector(3)', 3), kind('vector', 100)];
}

function json(version: Version): Kind {
  return {
    sql: 'json',
    as: version === '5.7' ? 'json of 5.7' : 'json',
    ...documents(version),
    rowBytes: 12,
    blob: true,
  };
}
