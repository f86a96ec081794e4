import type { Random } from '../../roundtrip/random.js';

/** A column of the table that predicates are tried on. */
interface Subject {
  readonly name: string;
  readonly sql: string;
  /** Values as SQL literals, for rows and to compare with. */
  readonly values: readonly string[];
  /** More to compare with. */
  readonly others?: readonly string[];
  readonly likes?: readonly string[];
  /** How the server is asked to compare as we do, where the column's own collation would not. */
  readonly asked?: string;
}

const TEXT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin';
const TEXTS = [
  "''",
  "'a'",
  "'A'",
  "'ab'",
  "'a b'",
  "'é'",
  "'e'",
  "'ß'",
  "'日本'",
  "'😀'",
  "'\\uE000'",
  "'a%b'",
  "'it''s'",
];
const LIKES = ["'a%'", "'%b'", "'_'", "'__'", "'%'", "''", "'a\\%b'", "'%_b%'", "'_%_'", "'a|%b' ESCAPE '|'", "'%本'"];

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'tiny',
    sql: 'TINYINT',
    values: ['-128', '-1', '0', '1', '2', '127'],
    others: ['1.5', '-0.5', '300', '0x02'],
  },
  { name: 'u32', sql: 'INT UNSIGNED', values: ['0', '1', '7', '4294967295'], others: ['-1', '6.99', '4294967296'] },
  {
    name: 'big',
    sql: 'BIGINT',
    values: ['-9223372036854775808', '-4294967296', '-1', '0', '9007199254740993', '9223372036854775807'],
    others: [
      '9007199254740992',
      '-4294967295.5',
      '9223372036854775806.9',
      '18446744073709551616',
      '-9223372036854775809',
    ],
  },
  {
    name: 'ubig',
    sql: 'BIGINT UNSIGNED',
    values: ['0', '4294967296', '9007199254740993', '18446744073709551615'],
    others: ['-1', '9007199254740992', '18446744073709551614', '0xFFFFFFFFFFFFFFFF', '0.5'],
  },
  { name: 'bits', sql: 'BIT(40)', values: ['0', '1', '1099511627775'], others: ['4294967296', '1.5'] },
  { name: 'yr', sql: 'YEAR', values: ['0', '1901', '2026', '2155'], others: ['2026.5'] },
  {
    name: 'exact',
    sql: 'DECIMAL(40,20)',
    values: ['-1', '0', '0.1', '-0.00000000000000000001', '12345678901234567890.12345678901234567891', '100'],
    others: [
      '0.10',
      '12345678901234567890.12345678901234567890',
      '-0.000000000000000000001',
      '99.999',
      '1000000000000000000000',
    ],
  },
  {
    name: 'money',
    sql: 'DECIMAL(8,2)',
    values: ['-99.99', '0', '0.01', '100', '123456.78'],
    others: ['100.001', '-100', '99'],
  },
  { name: 'tenth', sql: 'DECIMAL(5,5)', values: ['-0.5', '0', '0.00001'], others: ['0.5', '-0.50000', '1', '-1'] },
  {
    name: 'flt',
    sql: 'FLOAT',
    values: ['-1.5', '0', '0.1', '1e10'],
    others: ['0.1000000014901161', '1.5', '10000000000'],
  },
  {
    name: 'dbl',
    sql: 'DOUBLE',
    values: ['-1e300', '-0.1', '0', '0.1', '1e300'],
    others: ['0.10000000000000001', '1', '-1'],
  },
  { name: 'label', sql: `VARCHAR(20) ${TEXT}`, values: TEXTS, others: ["'b'", "'a '", "x'C3A9'"], likes: LIKES },
  { name: 'fixed', sql: `CHAR(6) ${TEXT}`, values: TEXTS, others: ["'b'"], likes: LIKES },
  { name: 'essay', sql: `TEXT ${TEXT}`, values: TEXTS, others: ["'zz'"], likes: LIKES },
  {
    name: 'western',
    sql: 'VARCHAR(10) CHARACTER SET latin1',
    values: ["''", "'a'", "'A'", "'é'", "'€'", "'a%b'"],
    likes: LIKES,
    asked: 'CONVERT(western USING utf8mb4) COLLATE utf8mb4_0900_bin',
  },
  {
    name: 'raw',
    sql: 'VARBINARY(8)',
    values: ["x''", "x'00'", "x'61'", "x'6100'", "x'FF00'", "'ab'"],
    likes: ["'a%'", "'_'"],
  },
  {
    name: 'bin',
    sql: 'BINARY(4)',
    values: ["x''", "x'61'", "x'FF000001'"],
    others: ["x'61000000'", "'a'"],
    likes: ["'a___'"],
  },
  {
    name: 'day',
    sql: 'DATE',
    values: ["'0000-00-00'", "'1999-12-31'", "'2026-11-20'"],
    others: ["'2026-1-1'"],
    likes: ["'2026-%'"],
  },
  {
    name: 'moment',
    sql: 'DATETIME(3)',
    values: ["'0000-00-00'", "'1999-12-31 23:59:59.999'", "'2026-11-20 10:15:00'", "'2026-11-20'"],
    others: ["'2026-11-20T10:15'", "'2026-11-20 10:15:00.000001'", "'1999-12-31 23:59:59.9989'"],
    likes: ["'%10:15%'", "'____-11-%'"],
  },
  {
    name: 'instant',
    sql: 'TIMESTAMP(6) NULL',
    values: ["'2001-02-03 04:05:06.000007'", "'2026-11-20 10:15:00'"],
    others: ["'2020-01-01'"],
  },
  {
    name: 'span',
    sql: 'TIME(2)',
    values: ["'-838:59:59'", "'-00:00:00.01'", "'00:00:00'", "'10:15:00.5'", "'100:00:00'"],
    others: ["'10:15'", "'-0:00:00.02'", "'10:15:00.49'"],
    likes: ["'10:%'"],
  },
  {
    name: 'colour',
    sql: `ENUM('red','green','Blue') ${TEXT}`,
    values: ["'red'", "'green'", "'Blue'"],
    others: ["'blue'", "''"],
    likes: ["'%e%'"],
  },
  {
    name: 'flags',
    sql: `SET('a','b','c') ${TEXT}`,
    values: ["''", "'a'", "'a,c'", "'b'"],
    others: ["'c,a'", "'b '"],
    likes: ["'%a%'"],
  },
];

/** The same predicate for us, and for the server. */
export interface Predicate {
  readonly ours: string;
  readonly asked: string;
}

const OPERATORS = ['=', '<>', '!=', '<', '<=', '>', '>=', '<=>'];

export function randomRow(random: Random): string {
  return SUBJECTS.map(({ values }) => (random.chance(0.15) ? 'NULL' : random.pick(values))).join(', ');
}

export function randomPredicate(random: Random, depth = 0): Predicate {
  const kind = depth > 3 ? 0 : random.int(0, 9);
  if (kind < 6) return leaf(random);
  const [left, right] = [randomPredicate(random, depth + 1), randomPredicate(random, depth + 1)];
  if (kind === 6) return both(left, right, (a, b) => `NOT (${a}) AND ${b}`);
  if (kind === 7) return both(left, right, (a, b) => `${a} or (${b})`);
  if (kind === 8) return both(left, right, (a, b) => `(${a}) AND (${b})`);
  return both(left, right, (a, b) => `not ${a} OR ${b}`);
}

function leaf(random: Random): Predicate {
  const subject = random.pick(SUBJECTS);
  const test = testOf(subject, random);
  return { ours: `${subject.name} ${test}`, asked: `${subject.asked ?? subject.name} ${test}` };
}

function testOf({ sql, values, others = [], likes = [] }: Subject, random: Random): string {
  const literals = [...values, ...others];
  // Of several, the server compares hexadecimal numbers as text, and takes -1 for an unsigned number.
  const several = literals.filter((each) => !/^0x/.test(each) && !(sql.includes('UNSIGNED') && each.startsWith('-')));
  const literal = (from: readonly string[]): string => (random.chance(0.04) ? 'NULL' : random.pick(from));
  const negation = random.chance(0.3) ? 'NOT ' : '';
  switch (random.int(0, likes.length > 0 ? 6 : 4)) {
    case 0:
      return `IS ${negation}NULL`;
    case 1:
      // Beside a NULL the server says unknown where one comparison is false, but not for all types.
      return `${negation}BETWEEN ${random.pick(several)} AND ${random.pick(several)}`;
    case 2:
      return `${negation}IN (${Array.from({ length: random.int(1, 4) }, () => literal(several)).join(', ')})`;
    case 5:
    case 6:
      return `${negation}LIKE ${random.pick(likes)}`;
    default:
      return `${random.pick(OPERATORS)} ${literal(literals)}`;
  }
}

function both(left: Predicate, right: Predicate, join: (a: string, b: string) => string): Predicate {
  return { ours: join(left.ours, right.ours), asked: join(left.asked, right.asked) };
}
