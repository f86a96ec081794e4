import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as type from '../../src/binlog/types.js';
import { event, MAGIC } from '../source/log-bytes.js';
import { run } from './comparison/run.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-compressed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = readFileSync(join(import.meta.dirname, '../fixtures/compressed-11.8.binlog'));
const FORMAT = fixture.subarray(4, 4 + fixture.readUInt32LE(4 + 9));
const TABLE_MAP = '070000000000 0100 01 64 00 01 74 00 01 8d 02 0a00 01';
const ROWS = '070000000000 0100 01 ff';
const NULL_ROW = 'ff';
const ROW = 'fe 02 00 61';

test('rows that are not printed are counted up to the first one with a compressed value, as mariadb-binlog does', async () => {
  const result = await run(
    [[ROW], [NULL_ROW, ROW, ROW], [NULL_ROW, NULL_ROW, NULL_ROW]].flatMap((rows) => {
      const path = join(folder, `${rows.join('')}.binlog`);
      writeFileSync(path, log([type.TABLE_MAP_EVENT, TABLE_MAP], [type.WRITE_ROWS_EVENT_V1, ROWS + rows.join('')]));
      return [[], ['-s', '--print-row-count'], ['-v']].map((options) => ({
        what: `${rows.length} rows ${options.join(' ')}`,
        tool: 'mariadb' as const,
        call: { args: [...options, path] },
      }));
    }),
  );
  expect(result).toMatchObject({ differences: [], compared: 9 });
});

test('columns behind compressed ones are described as mariadb-binlog does, which reads on without their metadata', async () => {
  // Names, collations of characters and geometries, of ENUM and SET, labels.
  const fields = '04 0e 0161 0162 0163 0164 0165 0166 0167  03 06 08 2d 2e 33 3f 0d  0a 01 08  06 03 01 01 78';
  const tables = [
    // VARCHAR, TEXT, ENUM, POINT and CHAR behind a compressed VARCHAR and a compressed BLOB.
    `08 0000000000 00 0100 01 64 00 01 74 00 07 8d 0f 8c fc fe ff fe 0b 1500 5000 02 02 f701 04 fe0a 7f ${fields}`,
    // An INT and a BIT behind a compressed BLOB, and nothing else said of them.
    '09 0000000000 00 0100 01 64 00 01 74 00 03 8c 03 10 03 04 0300 07',
  ].map((table) => table.replace(/^(..) 0000000000 00/, '$10000000000'));
  const path = join(folder, 'described.binlog');
  writeFileSync(
    path,
    log(
      ...tables.flatMap((table): [number, string][] => [
        [type.TABLE_MAP_EVENT, table],
        [type.WRITE_ROWS_EVENT_V1, `${table.slice(0, 12)} 0100 ${table.length > 100 ? '07 7f 7f' : '03 07 07'}`],
      ]),
    ),
  );
  const calls = [['--print-table-metadata'], ['--print-table-metadata', '-vv', '--base64-output=decode-rows']];
  const result = await run(
    calls.map((options) => ({
      what: options.join(' '),
      tool: 'mariadb' as const,
      call: { args: [...options, path] },
    })),
  );
  expect(result).toMatchObject({ differences: [], compared: 2 });
});

test('rows with geometries are counted in the same way', async () => {
  const path = join(folder, 'geometries.binlog');
  const map = '070000000000 0100 01 64 00 01 74 00 01 ff 01 04 01';
  const row = 'fe 02000000 6161';
  writeFileSync(path, log([type.TABLE_MAP_EVENT, map], [type.WRITE_ROWS_EVENT_V1, `${ROWS}${NULL_ROW}${row}${row}`]));
  const result = await run(
    [[], ['-v']].map((options) => ({
      what: options.join(' '),
      tool: 'mariadb' as const,
      call: { args: [...options, path] },
    })),
  );
  expect(result).toMatchObject({ differences: [], compared: 2 });
});

test('of rows with old fractions of seconds, whose length no log says, one is counted', async () => {
  const path = join(folder, 'fractions.binlog');
  // 3 of the 6 bytes of a TIME(6) are taken for it, and the others for the begin of a compressed BLOB.
  const map = '070000000000 0100 01 64 00 01 74 00 02 0b 8c 01 04 03';
  const row = 'fc 008000000001';
  writeFileSync(path, log([type.TABLE_MAP_EVENT, map], [type.WRITE_ROWS_EVENT_V1, `070000000000 0100 02 03 ${row}`]));
  const result = await run([{ what: 'plain', tool: 'mariadb' as const, call: { args: [path] } }]);
  expect(result).toMatchObject({ differences: [], compared: 1 });
});

test('microseconds of a statement have six digits', async () => {
  const path = join(folder, 'microseconds.binlog');
  writeFileSync(path, log([type.QUERY_EVENT, '09000000 00000000 01 0000 0400 80780101 6400 73656c6563742031']));
  const result = await run([{ what: 'plain', tool: 'mariadb' as const, call: { args: [path] } }]);
  expect(result).toMatchObject({ differences: [], compared: 1 });
});

function log(...parts: readonly (readonly [type: number, hex: string])[]): Buffer {
  let bytes = Buffer.concat([MAGIC, FORMAT]);
  for (const [eventType, hex] of parts) {
    const body = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    bytes = Buffer.concat([bytes, event({ type: eventType, body, end: bytes.length + 23 + body.length })]);
  }
  return bytes;
}
