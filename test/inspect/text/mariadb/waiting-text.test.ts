import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeFormat, formatChecksumBytes } from '../../../../src/binlog/format-description.js';
import { FORMAT_DESCRIPTION_EVENT, TABLE_MAP_EVENT, WRITE_ROWS_EVENT_V1 } from '../../../../src/binlog/types.js';
import type { FormatDescription } from '../../../../src/core/event.js';
import type { LoggedEvent } from '../../../../src/inspect/logged-event.js';
import { Output } from '../../../../src/inspect/output.js';
import { printMariadbRows, printMariadbTableMap } from '../../../../src/inspect/text/mariadb/rows.js';
import { beginFileState } from '../../../../src/inspect/text/mariadb/state.js';
import type { TextOptions, TextSurroundings } from '../../../../src/inspect/text/options.js';
import { diskSpool } from '../../../../src/source/spool.js';

const FLAGS_AT = 19 + 6;
const [map, lastRows] = firstStatement(join(import.meta.dirname, '../../../fixtures/types-11.8.binlog'));
const rows = withoutEnd(lastRows);
/** Its headers, its BINLOG and its rows are each more than memory is given. */
const COUNT = 20_000;

test('a statement of any size is printed in bounded memory: its headers, its BINLOG, its rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowtide-waiting-'));
  const once = sections(await printed(folder, 1));
  const often = sections(await printed(folder, COUNT));
  await rm(folder, { recursive: true, force: true });
  const [mapLine, rowsLine, lastLine] = once.head.split(/(?=^#)/m);
  const [mapLines, rowsLines, lastLines] = [map, rows, lastRows].map(base64Lines);
  expect(once.binlog).toBe(`${mapLines}${rowsLines}${lastLines}`);
  const ofOne = once.rows.slice(0, once.rows.length / 2);
  expect(once.rows).toBe(ofOne.repeat(2));
  expect(ofOne.match(/^### INSERT/gm)).toHaveLength(3);
  expect(once.end).toBe('# Number of rows: 6\n');
  expect(often.head === `${mapLine}${rowsLine!.repeat(COUNT)}${lastLine}`).toBe(true);
  expect(often.binlog === `${mapLines}${rowsLines!.repeat(COUNT)}${lastLines}`).toBe(true);
  expect(often.rows === ofOne.repeat(COUNT + 1)).toBe(true);
  expect(often.end).toBe(`# Number of rows: ${3 * (COUNT + 1)}\n`);
});

function sections(text: string) {
  const [head = '', binlog = '', rest = ''] = text.split(/\nBINLOG '\n|'\/\*!\*\/;\n/);
  const endAt = rest.indexOf('# Number');
  return { head, binlog, rows: rest.slice(0, endAt), end: rest.slice(endAt) };
}

async function printed(folder: string, count: number): Promise<string> {
  const chunks: Buffer[] = [];
  let longest = 0;
  const take = (output: Output): void => {
    longest = Math.max(longest, output.length);
    chunks.push(Buffer.from(output.take()));
  };
  const surroundings: TextSurroundings = {
    zoneName: () => 'UTC',
    loadFiles: { create: () => '', append: () => {} },
    spool: diskSpool(folder),
    warn: () => {},
    drain: async (output) => take(output),
  };
  const options = { style: 'mariadb', verbose: 2, base64Output: 'auto', serverIdBits: 32, rowCount: null };
  const kept = { annotation: null, loadFiles: new Map() };
  const state = beginFileState(options as unknown as TextOptions, surroundings, kept);
  state.printedFormat = true;
  const output = new Output();
  await printMariadbTableMap(map, state, kept, output);
  for (let i = 0; i < count; i++) {
    expect(printMariadbRows(rows, state, output)).toBeNull();
    for (const text of [state.head, state.body, state.footer]) longest = Math.max(longest, text.length / 16);
  }
  await printMariadbRows(lastRows, state, output);
  take(output);
  expect(longest).toBeLessThan(128 * 1024);
  return Buffer.concat(chunks).toString('latin1');
}

function base64Lines({ raw }: LoggedEvent): string {
  return `${raw.toString('base64').replace(/(.{76})(?=.)/g, '$1\n')}\n`;
}

/** The same rows, with more of their statement to come. */
function withoutEnd({ event, raw, ...rest }: LoggedEvent): LoggedEvent {
  const changed = Buffer.from(raw);
  changed.writeUInt16LE(0, FLAGS_AT);
  return { ...rest, raw: changed, event: { ...event, bytes: changed.subarray(0, -4) } };
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
    if (eventType === TABLE_MAP_EVENT || eventType === WRITE_ROWS_EVENT_V1) {
      const event = { type: eventType, timestamp: 0, serverId: 1, flags: 0, bytes: raw.subarray(0, -4), start, end };
      found.push({ file: 'types', format: format!, event, raw });
    }
    start = end;
  }
  return [found[0]!, found[1]!];
}
