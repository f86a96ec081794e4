import type { Version } from './kinds.js';
import type { Random } from './random.js';

const hex = (text: string): string => `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;

/** Columns whose values become opaque ones, or temporal ones, inside of JSON; `opaque` has one row. */
export const OPAQUE_TABLE = [
  `create table opaque (bits bit(10), blobs blob, tiny tinyblob, longs longblob, bin binary(4), vbin varbinary(300),
     y year, e enum('a','b'), s set('a','b'), ts timestamp(6) null, de decimal(65,30), f float, i bigint unsigned)`,
  `insert into opaque values (b'1010101010', x'00ff', x'', repeat(x'ab', 200), x'01', repeat(x'cd', 300),
     2024, 'b', 'a,b', '2024-02-29 23:59:59.123456', -12345678901234567890.5, 0.1, 18446744073709551615)`,
];
const OPAQUE = ['bits', 'blobs', 'tiny', 'longs', 'bin', 'vbin', 'y', 'e', 's', 'ts', 'de', 'f', 'i'];

/** SQL expressions of JSON documents: of every kind of value that MySQL's binary JSON has, small and large. */
export function documents(version: Version): { boundary: string[]; random: (random: Random) => string } {
  const opaque = OPAQUE.map((column) => `(select ${column} from opaque)`);
  const temporals = [
    "cast('2024-02-29' as date)",
    "cast('0000-00-00' as date)",
    "cast('9999-12-31 23:59:59.999999' as datetime(6))",
    "cast('1000-01-01 00:00:00' as datetime)",
    "cast('-838:59:59' as time)",
    "cast('-00:00:00.000001' as time(6))",
    "cast('-01:02:03.999999' as time(6))",
    "cast('838:59:58.123456' as time(6))",
    "cast('100:00:00' as time)",
  ];
  const integers = ['0', '-1', '32767', '32768', '-32768', '-32769', '65535', '65536', '2147483647', '2147483648'];
  const longs = [
    '-2147483648',
    '-2147483649',
    '4294967295',
    '4294967296',
    '9223372036854775807',
    '-9223372036854775808',
  ];
  const numbers = [
    ...integers,
    ...longs,
    '9223372036854775808',
    '18446744073709551615',
    '1.50',
    '-0.000',
    '9.9e0',
    '-0e0',
  ];
  const doubles = ['1e0', '1e14', '1e15', '1e16', '123456789012345e0', '1234567890123456e0', '1e-4', '1e-5', '1e-6'];
  const more = [
    '1e-15',
    '1e-16',
    '5e-324',
    '1.7976931348623157e308',
    '-1e20',
    '1e100',
    '0.1e0',
    '4.35e0',
    '100e0',
    '1e22',
  ];
  const others = ["st_geomfromtext('linestring(0 0, 1 2.5, -1e20 3)')", 'true', 'false', 'null', "'text'"];
  const all = [...numbers, ...doubles, ...more, ...temporals, ...opaque, ...others];
  const largeText = `repeat('long text ', 7000)`;
  return {
    boundary: [
      `'null'`,
      `'true'`,
      `'[]'`,
      `'{}'`,
      `'""'`,
      `'17'`,
      `'-1.5e300'`,
      `'[[], {}, [{}], {"a": []}]'`,
      `json_array(${all.join(', ')})`,
      `json_object('', 1, 'b', 2, 'aa', 3, ${hex('é\u{1f600}')}, 4, ${hex('"\\/\u0001')}, 5)`,
      `json_array(${hex(String.fromCharCode(...Array.from({ length: 0x81 }, (_, i) => i)))}, ${hex('日本 \u2028 \u{10ffff}')})`,
      `'{"e": 1e5, "f": 1.0, "g": 123456789012345678901234567890, "h": 0.1, "i": -0.0, "j": 1E400}'`.replace(
        ', "j": 1E400',
        '',
      ),
      nested(version === '5.7' ? 99 : 100),
      // Offsets over 64 KiB: large objects and arrays, in which 32 bit numbers are inline.
      `json_array(${largeText}, 2147483647, -2147483648, 4294967295, 32767, 65535, true, null, json_array(1, 70000))`,
      `json_object('t', ${largeText}, 'i', -70000, 'u', 4000000000, 'o', json_object('n', null))`,
      `json_array(json_array(${largeText}), json_object('k', ${largeText}), 1.5e0, 99999999999)`,
      ...all.slice(0, 60).map((each) => `json_array(${each})`),
      `cast(cast('12:34:56.5' as time(1)) as json)`,
      `cast((select bits from opaque) as json)`,
      `cast(1.25 as json)`,
      // Containers get large at 64 KiB; with few and long, and with many and short values.
      ...[-2, -1, 0, 1].map((more) => `json_array(repeat('x', ${65_525 + more}))`),
      ...[-2, -1, 0, 1].map((more) => `json_object('k', repeat('x', ${65_520 + more}))`),
      `cast(concat('[', repeat('70000, ', 9361), '1]') as json)`,
      `cast(concat('[', repeat('70000, ', 9362), '1]') as json)`,
      `cast(concat('[', repeat('7, ', 21844), '1]') as json)`,
      `cast(concat('[', repeat('7, ', 65534), '1]') as json)`,
      `cast(concat('[', repeat('null, ', 70000), '1]') as json)`,
      `json_object(repeat('k', 65535), 1, 'a', json_array())`,
      `json_object('', json_object('', json_array('')))`,
    ],
    random: (random) => expression(random, 0, all),
  };
}

function nested(depth: number): string {
  return `'${'['.repeat(depth)}1${']'.repeat(depth)}'`;
}

function expression(random: Random, depth: number, leaves: readonly string[]): string {
  const count = random.int(0, 4);
  const children = (): string[] => Array.from({ length: count }, () => expression(random, depth + 1, leaves));
  if (depth < 4 && random.chance(depth === 0 ? 0.9 : 0.3)) {
    if (random.chance(0.5)) return `json_array(${children().join(', ')})`;
    return `json_object(${children()
      .map((child, i) => `${hex(`${i}${key(random)}`)}, ${child}`)
      .join(', ')})`;
  }
  const leaf = leaf32(random, leaves);
  return depth === 0 ? `json_array(${leaf})` : leaf;
}

function leaf32(random: Random, leaves: readonly string[]): string {
  switch (random.int(0, 6)) {
    case 0:
      return hex(key(random));
    case 1:
      return String(random.int(-(2 ** 31), 2 ** 32));
    case 2:
      return `${random.int(-9, 9)}.${random.digits(random.int(1, 16))}e${random.int(-300, 300)}`;
    case 3:
      return `-${random.digits(random.int(1, 20))}.${random.digits(random.int(1, 20))}`;
    case 4:
      return String(random.bigint(-(2n ** 63n), 2n ** 64n - 1n));
    case 5:
      return double(random);
    default:
      return random.pick(leaves);
  }
}

/** Of any bits, which mostly need 16 or 17 digits. */
function double(random: Random): string {
  const value = random.bytes(8).readDoubleLE();
  return Number.isFinite(value) ? value.toExponential() : '0e0';
}

function key(random: Random): string {
  return String.fromCodePoint(
    ...Array.from({ length: random.int(0, 12) }, () => random.pick([random.int(0, 127), 0xe9, 0x4e00, 0x1f600])),
  );
}
