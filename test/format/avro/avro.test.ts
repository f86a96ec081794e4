/** What the format refuses, how it names things, and its lines. */
import { describe, expect, it } from 'vitest';
import { ABSENT_CELL } from '../../../src/core/image.js';
import type { Table } from '../../../src/core/table.js';
import { avroFormat } from '../../../src/format/avro/avro.js';
import { avroJson } from '../../../src/format/avro/json.js';
import { adjusted } from '../../../src/format/avro/names.js';
import { AvroTable } from '../../../src/format/avro/table.js';
import { avroOptions } from '../../../src/format/debezium/options.js';
import { rowsAs } from '../../../src/format/key-change.js';
import { insertsOf, itemRows, itemsTable } from '../../../src/testing/transactions.js';
import { written } from '../debezium/golden.js';
import { binlogPath } from '../debezium/runs.js';
import { asHex, Schemas } from './reading.js';

const { signal } = new AbortController();
const options = avroOptions.parse({});
const out = Buffer.alloc(4096);

describe('names', () => {
  const schema = { type: 'struct', optional: false, name: '1shop.a-b.\u00e4_c.Key' };
  const named = (field: string, mode: 'avro' | 'avro_unicode'): (string | undefined)[] => {
    const fields = [{ type: 'int32', optional: false, field }];
    const modes = { schemaNameAdjustmentMode: mode, fieldNameAdjustmentMode: mode };
    const { name, fields: own } = adjusted({ ...schema, fields }, modes);
    return [name, own?.[0]?.field];
  };

  it('have underscores in place of what Avro does not allow', () => {
    expect(named('2 b.c', 'avro')).toEqual(['_1shop.a_b.__c.Key', '_2_b_c']);
  });

  it('have codes in place of it, and of the underscore, where they must stay different', () => {
    expect(named('2 b\u20ac', 'avro_unicode')).toEqual([
      '_u0031shop.a_u002db._u00e4_u005fc.Key',
      '_u0032_u0020b_u20ac',
    ]);
  });

  it('of two columns may not become the same', async () => {
    const table: Table = {
      ...itemsTable,
      columns: itemsTable.columns.map((each, i) => ({ ...each, name: ['a b', 'a-b'][i]! })),
    };
    const rows = rowsAs(itemRows({ op: 'insert', after: { id: 1, name: '' } }), { table });
    const format = avroFormat(options, { registry: new Schemas() });
    await expect(format.prepare!(rows, { topic: 't', transaction: insertsOf(1, [1]), signal })).rejects.toMatchObject({
      code: 'EVENT_UNSUPPORTED',
      message: expect.stringMatching(/^table testing\.items has no schema in Avro: .*a_b/),
      hint: expect.stringContaining('avro_unicode'),
    });
  });
});

it('a row that was logged in part stops by name', () => {
  const table = new AvroTable(itemsTable, { ...options, schemasEnable: false });
  const image = { bytes: Buffer.from([1, 0, 0, 0]), at: Int32Array.of(0, ABSENT_CELL), end: Int32Array.of(4, 0) };
  expect(() => table.image(out, 0, image)).toThrow(
    expect.objectContaining({
      code: 'EVENT_UNSUPPORTED',
      message: 'a row was logged without column testing.items.name, and Avro has no word for that',
    }),
  );
});

/** Ours have the fewest digits that make the same 32 bits. */
const withFloats = (json: string): unknown =>
  JSON.parse(json, (name, value) => {
    if (name === 'float' || name === 'double') return (name === 'float' ? Math.fround(value) : value) + 0;
    return name === 'array' ? value.map(Math.fround) : value;
  });

it('lines are the JSON encoding of what is in the binary one', async () => {
  const schemas = new Schemas();
  const nowMs = (): number => 1_795_276_172_000;
  const binary = await written(binlogPath('9.7'), asHex(avroFormat(options, { registry: schemas, nowMs })));
  const lines = await written(binlogPath('9.7'), avroFormat(options, { nowMs }));
  expect(lines.length).toBe(binary.length);
  for (const [i, { key, value }] of binary.entries()) {
    for (const [hex, line] of [
      [key, lines[i]!.key],
      [value, lines[i]!.value],
    ]) {
      if (hex === null || hex === undefined) expect(line).toBe(hex);
      else expect(withFloats(line!)).toEqual(withFloats(schemas.avroJson(Buffer.from(hex, 'hex'))));
    }
  }
});

it('lines have all digits of large numbers, and words for those that are none', () => {
  const json = (type: string, bytes: Buffer): string => avroJson(type)(bytes);
  expect(json('long', Buffer.from('ffffffffffffffffff01', 'hex'))).toBe('-9223372036854775808');
  out.writeDoubleLE(Number.NaN);
  expect(json('double', out)).toBe('"NaN"');
});
