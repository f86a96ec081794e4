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

function log(...parts: readonly (readonly [type: number, hex: string])[]): Buffer {
  let bytes = Buffer.concat([MAGIC, FORMAT]);
  for (const [eventType, hex] of parts) {
    const body = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    bytes = Buffer.concat([bytes, event({ type: eventType, body, end: bytes.length + 23 + body.length })]);
  }
  return bytes;
}
