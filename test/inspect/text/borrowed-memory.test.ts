import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RowtideError } from '../../../src/core/errors.js';
import type { LoggedEvent } from '../../../src/inspect/logged-event.js';
import { GtidAudit } from '../../../src/inspect/mariadb-gtid-audit.js';
import { GtidFilter } from '../../../src/inspect/mariadb-gtid-filter.js';
import { MariadbSelection } from '../../../src/inspect/mariadb-select.js';
import { Output } from '../../../src/inspect/output.js';
import { Selection } from '../../../src/inspect/select.js';
import { MariadbTextPrinter } from '../../../src/inspect/text/mariadb/printer.js';
import type { TextOptions, TextSurroundings } from '../../../src/inspect/text/options.js';
import { TextPrinter } from '../../../src/inspect/text/printer.js';
import { openInput } from '../../../src/source/input.js';
import { LenientReader } from '../../../src/source/lenient-reader.js';
import { diskSpool } from '../../../src/source/spool.js';

const folder = join(import.meta.dirname, '../../fixtures');
const FIXTURES = readdirSync(folder).filter((name) => /\.binlog$/.test(name) && !name.startsWith('encrypted'));
const spoolFolder = join(tmpdir(), `rowtide-borrowed-${process.pid}`);

afterAll(() => rmSync(spoolFolder, { recursive: true, force: true }));

test.for(FIXTURES)('the text of %s needs the memory of no event longer than it is printed', async (name) => {
  const events = await eventsOf(join(folder, name));
  const expected = await printed(events, (logged) => logged);
  const memory = Buffer.alloc(64 * 1024);
  const text = await printed(events, (logged) => {
    memory.fill(0xff);
    return movedTo(memory, logged);
  });
  expect(expected.length).toBeGreaterThan(1000);
  expect(text).toBe(expected);
});

async function eventsOf(path: string): Promise<LoggedEvent[]> {
  const input = await openInput(path, new AbortController().signal);
  const reader = new LenientReader(input, {
    startOffset: 4,
    verifyChecksums: false,
    eventBytesMax: 2 ** 30,
    warn: () => undefined,
  });
  const events: LoggedEvent[] = [];
  for (let block = await reader.next(); block !== null; block = await reader.next()) events.push(...block);
  await input.close();
  return events;
}

function movedTo(memory: Buffer, logged: LoggedEvent): LoggedEvent {
  const raw = memory.subarray(0, logged.raw.copy(memory));
  return { ...logged, raw, event: { ...logged.event, bytes: raw.subarray(0, logged.event.bytes.length) } };
}

async function printed(events: readonly LoggedEvent[], placed: (logged: LoggedEvent) => LoggedEvent): Promise<string> {
  const output = new Output();
  const printer = /mariadb/i.test(events[0]!.format.serverVersion)
    ? new MariadbTextPrinter({ ...OPTIONS, style: 'mariadb' }, mariadbSelection(), surroundings())
    : new TextPrinter({ ...OPTIONS, style: 'mysql' }, new Selection(ALL), surroundings());
  printer.begin(output);
  printer.beginFile(output);
  const refused = await printAll(events.map((logged) => () => printer.event(placed(logged), output)));
  printer.endFile(output);
  printer.end(output, { failed: refused !== null });
  return `${output.take().toString('latin1')}${refused ?? ''}`;
}

/** What the tools refuse is in some fixtures, and printing ends there. */
async function printAll(prints: readonly (() => unknown)[]): Promise<string | null> {
  try {
    for (const print of prints) await print();
    return null;
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    return error.message;
  }
}

const OPTIONS: Omit<TextOptions, 'style'> = {
  verbose: 2,
  base64Output: 'auto',
  hexdump: true,
  shortForm: false,
  tableMetadata: true,
  disableLogBin: false,
  idempotent: false,
  setCharset: null,
  requireRowFormat: false,
  skipGtids: false,
  serverIdBits: 32,
  forceRead: false,
  forceIfOpen: true,
  positions: null,
  rowCount: null,
  skipAnnotations: false,
  rewriteDb: new Map(),
};
const ALL = {
  offset: 0,
  startTime: 0,
  stopTime: Number.POSITIVE_INFINITY,
  serverId: null,
  serverIdBits: 32,
  database: null,
  includeGtids: null,
  excludeGtids: null,
  skipGtids: false,
};

function mariadbSelection(): MariadbSelection {
  const filter = new GtidFilter({
    start: [],
    stop: [],
    domains: { only: null, not: null },
    servers: { only: null, not: null },
  });
  const audit = new GtidAudit({ start: [], stop: [], isStrict: false, startsInside: false, warn: null });
  return new MariadbSelection({ ...ALL, startOffset: 0, table: null, filter, audit });
}

function surroundings(): TextSurroundings {
  return {
    zoneName: () => 'UTC',
    loadFiles: { create: (fileId) => `/tmp/load-${fileId}`, append: () => {} },
    spool: diskSpool(spoolFolder),
    drain: async () => undefined,
    warn: () => {},
  };
}
