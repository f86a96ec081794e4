/**
 * Rows of a log that does not name columns get the names of their own time, also when rowtide is killed at any moment and
 * its tables are altered while it is away. ROWTIDE_SEED=… repeats the statements, ROWTIDE_KILLS=… makes it longer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { rowtide, start } from '../../cli/rowtide.js';
import { Random, seedOf } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { startMariadb } from '../../servers/mariadb.js';
import { startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { AlteringLoad, SCHEMA } from './altering-load.js';

const SERVERS: readonly { name: string; kills: number; start: () => Promise<DatabaseServer> }[] = [
  {
    name: 'MySQL 9.7',
    kills: 3,
    start: () => startMysql({ version: '9.7', options: ['--binlog-row-metadata=MINIMAL'] }),
  },
  { name: 'MySQL 5.7 without GTIDs', kills: 1, start: () => startMysql({ version: '5.7', gtid: false }) },
  { name: 'MariaDB', kills: 1, start: () => startMariadb() },
];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowtide-restarts-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('every row has the names of its time', () => {
  for (const { name, kills, start: startServer } of SERVERS) {
    needs('own').test(
      name,
      async () => {
        const random = new Random(seedOf(name));
        await using server = await startServer();
        await using load = await AlteringLoad.create(server, random);
        const lines = await killAgainAndAgain(server, {
          load,
          random,
          kills: Number(process.env.ROWTIDE_KILLS ?? kills),
        });
        expect(lines.flatMap(misnamed)).toEqual([]);
        const seen = new Set(lines.map(({ after }) => after?.id));
        expect([...load.ids].filter((id) => !seen.has(id))).toEqual([]);
        console.log(`${name}: ${lines.length} changes of ${load.ids.size} rows, ${JSON.stringify(load.counts)}`);
      },
      600_000,
    );
  }
});

interface Line {
  readonly op: string;
  readonly table?: string;
  readonly after?: Readonly<Record<string, string | number | null>>;
}

interface Killing {
  readonly load: AlteringLoad;
  readonly random: Random;
  readonly kills: number;
}

async function killAgainAndAgain(server: DatabaseServer, { load, random, kills }: Killing): Promise<Line[]> {
  const args = [
    'tail',
    server.url,
    '--checkpoint',
    join(folder, 'tail.json'),
    '--format',
    'json',
    '--include',
    `${SCHEMA}.*`,
  ];
  expect(await rowtide([...args, '--exit-at-end'])).toMatchObject({ status: 0 });
  let output = '';
  for (let kill = 0; kill < kills; kill++) {
    const running = start(args);
    // Sometimes before it has begun to read.
    const enough = new AbortController();
    void running.said(/"op"/).then(
      () => enough.abort(),
      () => enough.abort(),
    );
    const until = Date.now() + random.int(100, 6000);
    while (!enough.signal.aborted && Date.now() < until) await load.step();
    await altering(load, random.int(0, 8));
    running.process.kill('SIGKILL');
    output += `${(await running.ended).stdout}\n`;
    await altering(load, random.int(0, 8));
  }
  const last = await rowtide([...args, '--exit-at-end']);
  // A kill may also leave the checkpoint before: with its history.
  expect(last).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/schema history/) });
  return `${output}${last.stdout}`.split('\n').flatMap(parsed);
}

async function altering(load: AlteringLoad, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) await load.step();
}

/** A kill may cut a line off. */
function parsed(line: string): Line[] {
  try {
    return [JSON.parse(line) as Line];
  } catch {
    return [];
  }
}

/** What gh-ost notes for itself is none of the load's. */
function misnamed({ op, table, after = {} }: Line): string[] {
  if (op === 'statement' || op === 'delete' || table?.endsWith('_ghc')) return [];
  const wrong = Object.entries(after).filter(
    ([name, value]) => name !== 'id' && value !== null && !String(value).startsWith(`${name}#`),
  );
  return wrong.map(([name, value]) => `${table}.${name} = ${value}`);
}
