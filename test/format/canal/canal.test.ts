/** What canal's documentation and source say of the values of FlatMessages. */
import { expect, it } from 'vitest';
import { canalFormat } from '../../../src/format/canal/canal.js';
import { javaNumber } from '../../../src/format/canal/java-number.js';
import { goldenBinlog } from '../maxwell/golden.js';
import { recordsOf } from '../recorded.js';

interface FlatMessage {
  readonly [name: string]: unknown;
  readonly database: string;
  readonly table: string;
  readonly type: string;
  readonly data: readonly Record<string, string | null>[] | null;
  readonly old: readonly Record<string, string | null>[] | null;
  readonly mysqlType: Record<string, string>;
  readonly sqlType: Record<string, number>;
}

const NOW = 1_795_273_999_123;
const records = await recordsOf(
  canalFormat(() => NOW),
  goldenBinlog('8.0'),
);
const messages = records.map(({ value }) => JSON.parse(value) as FlatMessage);

/** The first insert into a table. */
function inserted(table: string): FlatMessage {
  return messages.find((message) => message.table === table && message.type === 'INSERT')!;
}

it('has numbers as strings, whatever their size', () => {
  expect(inserted('whole_numbers')).toMatchObject({
    data: [{ id: '1', tiny: '-128', utiny: '255', big: '-9223372036854775808', ubig: '18446744073709551615' }],
    mysqlType: { id: 'int', tiny: 'tinyint', utiny: 'tinyint unsigned', ubig: 'bigint unsigned', published: 'year' },
    // An unsigned number with its highest bit set has the next larger type.
    sqlType: { id: 4, tiny: -6, utiny: 5, usmall: 4, umedium: 4, uwhole: -5, big: -5, ubig: 3, published: 12 },
  });
  expect(messages[3]).toMatchObject({ data: [{ utiny: '0', ubig: '0' }], sqlType: { utiny: -6, ubig: -5 } });
  expect(inserted('other_numbers')).toMatchObject({
    data: [{ most: `${'9'.repeat(35)}.${'9'.repeat(30)}`, money: '12.30', single: '0.1', bit1: '1', bit9: '511' }],
    mysqlType: { most: 'decimal(65,30)', nines: 'decimal(18,9) unsigned', bit9: 'bit(9)', single: 'float' },
    sqlType: { most: 3, single: 7, twofold: 8, bit9: -7 },
  });
});

it('has ENUM and SET by number, bytes as characters, documents as text', () => {
  expect(inserted('members')).toMatchObject({
    data: [{ size: '1', flags: '1' }],
    mysqlType: { size: "enum('small','large','größe')", flags: "set('a','b','ü')" },
    sqlType: { size: 4, flags: -7 },
  });
  expect(inserted('octets')).toMatchObject({
    data: [{ fixed: '\x01\x02\x03\x04', varied: '\0\xff\x10' }],
    mysqlType: { fixed: 'binary(4)', varied: 'varbinary(40)', tinyb: 'tinyblob', plainb: 'blob', longb: 'longblob' },
    sqlType: { fixed: 2004, varied: 2004, plainb: 2004 },
  });
  expect(inserted('documents')).toMatchObject({
    data: [{ document: '{"a": 1, "b": [true, null, "ü\\n"], "c": {"d": 1.5}}' }],
    mysqlType: { document: 'json' },
  });
  expect(inserted('texts')).toMatchObject({
    data: [{ short: 'plain', utf8mb4: '日本語 🦊', gbk: '中文' }],
    mysqlType: { short: 'char(10)', utf8mb4: 'varchar(40)', gbk: 'varchar(40)', ucs2: 'varchar(40)', plain: 'text' },
    sqlType: { short: 1, utf8mb4: 12, plain: 2005 },
  });
  expect(inserted('moments')).toMatchObject({
    data: [{ dated: '2024-02-29', clock6: '00:00:00.000001', at1: '2024-02-29 12:34:56.7' }],
    mysqlType: { dated: 'date', clock6: 'time(6)', at: 'datetime', stamped6: 'timestamp(6)' },
    sqlType: { dated: 91, clock: 92, at: 93, stamped: 93 },
  });
});

it('tells of an update what changed, and of a delete what was', () => {
  const update = messages.find(({ table, type }) => table === 'compound' && type === 'UPDATE')!;
  expect(update).toMatchObject({ old: [{ a: '2' }], pkNames: ['b', 'a', 'c'], isDdl: false, sql: '', ts: NOW });
  const nulls = messages.filter(({ table, type }) => table === 'keyless' && type === 'DELETE');
  expect(nulls).toMatchObject([
    { data: [{ a: '1', b: 'c' }], old: null, pkNames: null },
    { data: [{ a: null, b: 'c' }], old: null, pkNames: null },
  ]);
  // With binlog_row_image=MINIMAL the log has the key in the before image only.
  expect(messages.find(({ data }) => data?.[0]?.note === 'less')).toMatchObject({
    data: [{ id: '200', note: 'less' }],
    mysqlType: { id: 'int', note: 'varchar(20)' },
  });
});

it('tells statements by what they do', () => {
  const told = messages.filter(({ isDdl }) => isDdl).map(({ type, database, table }) => `${type} ${database}.${table}`);
  expect(told.slice(-13)).toEqual([
    'TRUNCATE shop.ledger',
    'CREATE shop.altered',
    'ALTER shop.altered',
    'ALTER shop.altered',
    'RENAME shop.renamed',
    'CINDEX shop.renamed',
    'ALTER shop.renamed',
    'CREATE shop.kinds',
    'ERASE shop.kinds',
    'QUERY other.',
    'CREATE other.there',
    'QUERY other.',
    'CREATE shop.the_end',
  ]);
});

it.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [0.001, '0.001'],
  [0.00099, '9.9E-4'],
  [9999999, '9999999.0'],
  [1e7, '1.0E7'],
  [16777216, '1.6777216E7'],
  [-1.7976931348623157e308, '-1.7976931348623157E308'],
  [5e-324, '5.0E-324'],
])('%d is the number that Java writes: %s', (value, text) => {
  expect(javaNumber(value)).toBe(text);
});
