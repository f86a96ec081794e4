/** Cells in Avro’s binary encoding, as avsc reads them, beside the cells of Debezium’s JSON, whose test is Debezium itself. */
import { describe, expect, test } from 'vitest';
import * as type from '../../../src/column/types.js';
import type { Visitor } from '../../../src/column/visitor.js';
import type { Column, Table } from '../../../src/core/table.js';
import * as binary from '../../../src/format/avro/binary.js';
import { avroSchema } from '../../../src/format/avro/schema.js';
import { AvroVisitor } from '../../../src/format/avro/visitor.js';
import { fieldOf } from '../../../src/format/debezium/connect-schema.js';
import { type DebeziumOptions, debeziumOptions } from '../../../src/format/debezium/options.js';
import { DebeziumVisitor } from '../../../src/format/debezium/visitor.js';
import fc from '../../properties.js';
import { parseExact } from '../debezium/exact-json.js';
import { typeOf, valueText } from './reading.js';

const UTF8MB4 = 255;
const LATIN1 = 8;
const out = Buffer.alloc(16 * 1024);

function columnOf(code: number, more: Partial<Column> = {}): Column {
  const facts = { meta: 0, unsigned: false, nullable: true, collation: type.BINARY_COLLATION, labels: null };
  return { name: 'c', ordinal: 0, type: code, visible: true, ...facts, ...more };
}

type Visit = (visitor: Visitor<number>, at: number) => number;

/** What is in the Avro of a cell, as JSON; beside Debezium’s JSON of it. */
function both(column: Column, visit: Visit, given: Partial<DebeziumOptions> = {}): [avro: string, json: string] {
  const options = { ...debeziumOptions.parse({}), ...given };
  const table: Table = { schema: 's', name: 't', columns: [column], primaryKey: [], names: 'table-map' };
  const ours = new AvroVisitor(table, column, options);
  const theirs = new DebeziumVisitor(table, column, options);
  ours.out = out;
  theirs.out = out;
  const text = out.toString('utf8', 0, visit(theirs, 0));
  out[0] = 2;
  const end = visit(ours, column.nullable ? 1 : 0);
  const read = typeOf(avroSchema(fieldOf(column, options)));
  return [valueText(read, read.fromBuffer(out.subarray(0, end))), text];
}

function expectSame(column: Column, visit: Visit, given: Partial<DebeziumOptions> = {}): string {
  const [avro, json] = both(column, visit, given);
  expect(parseExact(avro)).toEqual(parseExact(json));
  return avro;
}

const ascii = (text: string): [Buffer, number, number] => [Buffer.from(text), 0, text.length];
const long = typeOf('long');
const string = typeOf('string');

describe('what Avro is made of', () => {
  test('numbers of 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
        expect(long.fromBuffer(out.subarray(0, binary.writeBigint(out, 0, value)))).toBe(value);
      }),
    );
  });

  test('numbers that JavaScript holds, at every length', () => {
    const near = Array.from({ length: 53 }, (_, bits) => [2 ** bits - 1, 2 ** bits, -(2 ** bits), -(2 ** bits) - 1]);
    for (const value of near.flat().filter(Number.isSafeInteger)) {
      expect(long.fromBuffer(out.subarray(0, binary.writeWhole(out, 0, value)))).toBe(BigInt(value));
    }
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(long.fromBuffer(out.subarray(0, binary.writeWhole(out, 0, value)))).toBe(BigInt(value));
      }),
    );
  });

  test('texts and bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(string.fromBuffer(out.subarray(0, binary.writeString(out, 0, text)))).toBe(text);
        const bytes = Buffer.from(text);
        expect(string.fromBuffer(out.subarray(0, binary.writeBytes(out, 0, bytes, 0, bytes.length)))).toBe(text);
      }),
    );
  });
});

describe('a cell in Avro holds what Debezium has', () => {
  const digits = (count: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{${count}}$`));
  const inMode = <K extends keyof DebeziumOptions>(name: K, ...modes: DebeziumOptions[K][]): fc.Arbitrary<object> =>
    fc.constantFrom(...modes).map((mode) => ({ [name]: mode }));

  test('in every number', () => {
    const bigint = columnOf(type.LONGLONG, { unsigned: true });
    const modes = inMode('bigintUnsignedHandlingMode', 'long', 'precise');
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), modes, (value, mode) => {
        const [high, low] = [Number(value >> 32n), Number(value & 0xffffffffn)];
        expectSame(bigint, (visitor, at) => visitor.unsignedLong(high, low, at), mode);
        expectSame(columnOf(type.LONGLONG), (visitor, at) => visitor.long(high | 0, low, at));
      }),
    );
    fc.assert(
      fc.property(fc.double(), fc.float(), (double, float) => {
        expectSame(columnOf(type.DOUBLE), (visitor, at) => visitor.double(double, at));
        expectSame(columnOf(type.FLOAT), (visitor, at) => visitor.float(float, at));
      }),
    );
  });

  test('in every DECIMAL', () => {
    const column = columnOf(type.NEWDECIMAL, { meta: 65 | (30 << 8) });
    const decimal = fc
      .tuple(fc.constantFrom('', '-'), fc.integer({ min: 1, max: 35 }).chain(digits), digits(30))
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
    fc.assert(
      fc.property(decimal, inMode('decimalHandlingMode', 'precise', 'double', 'string'), (text, mode) => {
        expectSame(column, (visitor, at) => visitor.decimal(...ascii(text), at), mode);
      }),
    );
  });

  const MODES = ['adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'] as const;
  const two = (min: number, max: number): fc.Arbitrary<string> =>
    fc.integer({ min, max }).map((value) => String(value).padStart(2, '0'));
  const date = fc
    .tuple(fc.integer({ min: 0, max: 9999 }), two(0, 12), two(0, 28))
    .map(([year, month, day]) => `${String(year).padStart(4, '0')}-${month}-${day}`);
  const clock = fc.tuple(two(0, 23), two(0, 59), two(0, 59)).map((parts) => parts.join(':'));
  const fraction = fc.integer({ min: 0, max: 6 }).chain(digits);
  const behind = (text: string, parts: string): string => (parts === '' ? text : `${text}.${parts}`);

  test('in every date and time, zero dates and all', () => {
    fc.assert(
      fc.property(
        fc.record({ day: date, time: clock, parts: fraction, nullable: fc.boolean(), adjust: fc.boolean() }),
        fc.constantFrom(...MODES),
        ({ day, time, parts, nullable, adjust }, timePrecisionMode) => {
          const given = { timePrecisionMode, enableTimeAdjuster: adjust };
          const same = (code: number, text: string): string =>
            expectSame(
              columnOf(code, { meta: parts.length, nullable }),
              (v, at) => v.temporal(...ascii(text), at),
              given,
            );
          same(type.DATE, day);
          same(type.DATETIME2, behind(`${day} ${time}`, parts));
          same(type.TIMESTAMP2, behind(`${day} ${time}`, parts));
          same(type.TIME2, behind(`-8${time}`, parts));
          same(type.TIME2, behind(time, parts));
        },
      ),
    );
  });

  test('in every text, also one that is none', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom(UTF8MB4, LATIN1), (cell, collation) => {
        expectSame(columnOf(type.VARCHAR, { collation }), (v, at) => v.text(cell, 0, cell.length, at));
      }),
    );
    const broken = Buffer.from([0x61, 0xc3, 0x28, 0xff]);
    const text = expectSame(columnOf(type.VARCHAR, { collation: UTF8MB4 }), (v, at) => v.text(broken, 0, 4, at));
    expect(text).toBe('"a\ufffd(\ufffd"');
  });

  test('in every value of bytes and bits', () => {
    const modes = inMode('binaryHandlingMode', 'bytes', 'base64', 'base64-url-safe', 'hex');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), modes, fc.integer({ min: 0, max: 9 }), (cell, mode, padding) => {
        const bytes = Buffer.from(cell);
        const visit: Visit = (v, at) => v.bytes(bytes, 0, bytes.length, bytes.length + padding, at);
        expectSame(columnOf(type.STRING, { meta: 209 }), visit, mode);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.bigInt(0n, 2n ** 64n - 1n), (bits, value) => {
        const cell = BigInt.asUintN(bits, value);
        const column = columnOf(type.BIT, { meta: ((bits >> 3) << 8) | (bits & 7) });
        expectSame(column, (v, at) => v.unsignedLong(Number(cell >> 32n), Number(cell & 0xffffffffn), at));
      }),
    );
  });
});

test('the largest BIGINT UNSIGNED, the longest DECIMAL and the last microsecond are exact', () => {
  const [top] = both(
    columnOf(type.LONGLONG, { unsigned: true }),
    (v, at) => v.unsignedLong(0xffffffff, 0xffffffff, at),
    {
      bigintUnsignedHandlingMode: 'precise',
    },
  );
  expect(BigInt(`0x${Buffer.from(JSON.parse(top), 'base64').toString('hex')}`)).toBe(2n ** 64n - 1n);
  const longest = `-${'9'.repeat(35)}.${'9'.repeat(30)}`;
  const [decimal] = both(columnOf(type.NEWDECIMAL, { meta: 65 | (30 << 8) }), (v, at) =>
    v.decimal(...ascii(longest), at),
  );
  const unscaled = Buffer.from(JSON.parse(decimal), 'base64');
  expect(BigInt.asIntN(8 * unscaled.length, BigInt(`0x${unscaled.toString('hex')}`))).toBe(-(10n ** 65n) + 1n);
  const last = ascii('9999-12-31 23:59:59.999999');
  expect(both(columnOf(type.DATETIME2, { meta: 6 }), (v, at) => v.temporal(...last, at))[0]).toBe('253402300799999999');
});
