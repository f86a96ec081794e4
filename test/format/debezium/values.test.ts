/** Values that no server at hand logs, or that Debezium’s own recordings do not have. */
import { describe, expect, test } from 'vitest';
import * as type from '../../../src/column/types.js';
import type { Column, Table } from '../../../src/core/table.js';
import { type DebeziumOptions, debeziumFlatOptions, debeziumOptions } from '../../../src/format/debezium/options.js';
import { DebeziumVisitor } from '../../../src/format/debezium/visitor.js';

const UTF8MB4 = 255;

function columnOf(code: number, more: Partial<Column> = {}): Column {
  return {
    name: 'c',
    ordinal: 0,
    type: code,
    meta: 0,
    unsigned: false,
    nullable: true,
    collation: type.BINARY_COLLATION,
    labels: null,
    visible: true,
    ...more,
  };
}

/** What a column's visitor writes of one call. */
function writtenBy(
  column: Column,
  visit: (visitor: DebeziumVisitor) => number,
  options: Partial<DebeziumOptions> = {},
): string {
  const table: Table = { schema: 's', name: 't', columns: [column], primaryKey: [], names: 'table-map' };
  const visitor = new DebeziumVisitor(table, column, { ...debeziumOptions.parse({}), ...options });
  visitor.out = Buffer.alloc(4096);
  return visitor.out.toString('utf8', 0, visit(visitor));
}

const ascii = (text: string): [Buffer, number, number] => [Buffer.from(text), 0, text.length];

describe('a cell in Debezium’s form', () => {
  test('has U+FFFD in place of bytes that are no character', () => {
    const bytes = Buffer.from([0x61, 0xc3, 0x28, 0xff]);
    const text = writtenBy(columnOf(type.VARCHAR, { collation: UTF8MB4 }), (v) => v.text(bytes, 0, bytes.length, 0));
    expect(text).toBe('"a\ufffd(\ufffd"');
  });

  test('has numbers that are none as strings, as Jackson does', () => {
    const bytes = Buffer.alloc(12);
    for (const [i, value] of [Number.NaN, Number.POSITIVE_INFINITY, -0].entries()) bytes.writeFloatLE(value, 4 * i);
    expect(writtenBy(columnOf(type.VECTOR), (v) => v.bytes(bytes, 0, 12, 12, 0))).toBe('["NaN","Infinity",-0.0]');
  });

  test.each([
    ['0', 0n],
    ['-0.00', 0n],
    ['127', 127n],
    ['128', 128n],
    ['-128', -128n],
    ['-129', -129n],
    ['999999999999999', 999999999999999n],
    ['-999999999999999', -999999999999999n],
    ['9999999999999999', 9999999999999999n],
    [`-${'9'.repeat(35)}.${'9'.repeat(30)}`, BigInt(`-${'9'.repeat(65)}`)],
  ])('has the decimal %s as the shortest whole number that Java reads', (text, unscaled) => {
    const json = writtenBy(columnOf(type.NEWDECIMAL), (v) => v.decimal(...ascii(text), 0));
    const bytes = Buffer.from(JSON.parse(json), 'base64');
    expect(BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`))).toBe(unscaled);
    expect(bytes.length === 1 || BigInt.asIntN(8 * (bytes.length - 1), unscaled) !== unscaled).toBe(true);
  });

  test.each([
    ['9999-12-31 23:59:59.999999', '253402300799999999'],
    ['1000-01-01 00:00:00.000001', '-30610223999999999'],
    ['1969-12-31 23:59:59.999999', '-1'],
    ['1970-01-01 00:00:00.000001', '1'],
    ['0000-00-00 00:00:00.000000', 'null'],
    ['0000-03-01 00:00:00.000000', 'null'],
  ])('has every microsecond of %s', (text, micros) => {
    const column = columnOf(type.DATETIME2, { meta: 6 });
    expect(writtenBy(column, (v) => v.temporal(...ascii(text), 0))).toBe(micros);
  });

  test('keeps years of two digits where the adjuster is off', () => {
    const write = (enableTimeAdjuster: boolean): string =>
      writtenBy(columnOf(type.DATE), (v) => v.temporal(...ascii('0001-01-01'), 0), {
        enableTimeAdjuster,
        timePrecisionMode: 'isostring',
      });
    expect([write(true), write(false)]).toEqual(['"2001-01-01Z"', '"0001-01-01Z"']);
  });
});

test('a field that no record has cannot be added', () => {
  expect(debeziumFlatOptions.safeParse({ addFields: ['op', 'source.ts_ms:at'] }).success).toBe(true);
  expect(debeziumFlatOptions.safeParse({ addFields: ['lsn'] }).success).toBe(false);
});
