import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeFormat, formatChecksumBytes } from '../../../src/binlog/format-description.js';
import { FORMAT_DESCRIPTION_EVENT, TABLE_MAP_EVENT, WRITE_ROWS_EVENT } from '../../../src/binlog/types.js';
import type { FormatDescription } from '../../../src/core/event.js';
import type { LoggedEvent } from '../../../src/inspect/logged-event.js';
import { Output } from '../../../src/inspect/output.js';
import type { TextOptions, TextSurroundings } from '../../../src/inspect/text/options.js';
import { StatementRows } from '../../../src/inspect/text/statement-rows.js';
import { diskSpool } from '../../../src/source/spool.js';

const [map, rows] = firstStatement(join(import.meta.dirname, '../../fixtures/types-9.7.binlog'));
/** 6 MB of events, more than memory is given. */
const COUNT = 30_000;

test('a statement of any size is printed in bounded memory: first its BINLOG, then its rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-statement-'));
  const once = await printed(folder, 1);
  const often = await printed(folder, COUNT);
  await rm(folder, { recursive: true, force: true });
  const [begin = '', binlog = '', text = ''] = once.split(/(?<=BINLOG '\n)|(?='\/)/);
  expect(begin).toBe("\nBINLOG '\n");
  const [mapLines, rowLines] = [map, rows].map(({ raw }) => raw.toString('base64').replace(/(.{76})(?=.)/g, '$1\n'));
  expect(binlog).toBe(`${mapLines}\n${rowLines}\n`);
  const [end = '', ...rowTexts] = text.split(/(?=### INSERT)/);
  const expected = [begin, `${mapLines}\n`, `${rowLines}\n`.repeat(COUNT), end, rowTexts.join('').repeat(COUNT)].join(
    '',
  );
  expect(rowTexts).toHaveLength(3);
  expect(often === expected).toBe(true);
});

async function printed(folder: string, count: number): Promise<string> {
  const chunks: Buffer[] = [];
  let longest = 0;
  const surroundings: TextSurroundings = {
    zoneName: () => 'UTC',
    loadFiles: { create: () => '', append: () => {} },
    spool: diskSpool(folder),
    warn: () => {},
    drain: async (output) => {
      longest = Math.max(longest, output.length);
      chunks.push(Buffer.from(output.take()));
    },
  };
  const options = { style: 'mysql', verbose: 2, base64Output: 'auto' } as TextOptions;
  const statement = new StatementRows(options, surroundings);
  const output = new Output();
  statement.add(map);
  for (let i = 0; i < count; i++) statement.add(rows);
  await statement.end(output);
  longest = Math.max(longest, output.length);
  chunks.push(output.take());
  expect(longest).toBeLessThan(128 * 1024);
  return Buffer.concat(chunks).toString('latin1');
}

/** The first TABLE_MAP of a log, and the rows behind it. */
function firstStatement(path: string): [LoggedEvent, LoggedEvent] {
  const log = readFileSync(path);
  let format: FormatDescription | null = null;
  const found: LoggedEvent[] = [];
  for (let start = 4; start < log.length && found.length < 2; ) {
    const end = start + log.readUInt32LE(start + 9);
    const raw = log.subarray(start, end);
    const eventType = raw[4]!;
    if (eventType === FORMAT_DESCRIPTION_EVENT) format = decodeFormat(raw.subarray(0, -formatChecksumBytes(raw)));
    if (eventType === TABLE_MAP_EVENT || eventType === WRITE_ROWS_EVENT) {
      const event = { type: eventType, timestamp: 0, serverId: 1, flags: 0, bytes: raw.subarray(0, -4), start, end };
      found.push({ file: 'types', format: format!, event, raw });
    }
    start = end;
  }
  return [found[0]!, found[1]!];
}
