import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiled } from '../compiled.js';
import { Random, seedOf } from '../roundtrip/random.js';

const ROWS = 7;
const crashing = join(import.meta.dirname, 'crashing.ts');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowtide-crash-'));
});

afterEach(() => rm(folder, { recursive: true }));

type Order = 'written-first' | 'saved-first';

/** Runs the pipeline up to a transaction; says the last stage that it told of. */
async function run(order: Order, transactions: number, killAfterMs?: number): Promise<string> {
  const args = [await compiled(crashing), folder, order, String(transactions)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const closed = once(lines, 'close');
  let stage = 'opening';
  lines.on('line', (line) => {
    stage = line;
  });
  if (killAfterMs !== undefined) {
    await once(lines, 'line');
    await delay(killAfterMs);
    child.kill('SIGKILL');
  }
  const [code] = await exited;
  if (killAfterMs === undefined) expect(code).toBe(0);
  await closed;
  return stage;
}

const random = new Random(seedOf('moments of kills'));

async function kill(order: Order, times: number): Promise<Record<string, number>> {
  const hits: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const stage = await run(order, Number.MAX_SAFE_INTEGER, random.int(0, 60));
    hits[stage] = (hits[stage] ?? 0) + 1;
  }
  return hits;
}

async function readLines(): Promise<string[]> {
  return (await readFile(join(folder, 'changes.jsonl'), 'utf8')).split('\n');
}

/** Lets the pipeline come to an end, and names the first thing that is wrong with the file. */
async function verdict(order: Order): Promise<string> {
  // Behind wherever the checkpoint is, also in the pipeline that lost some.
  const transactions = Math.ceil((await readLines()).length / ROWS) + 200;
  await run(order, transactions);
  const lines = await readLines();
  if (lines.pop() !== '') return 'the last line is torn';
  for (const [i, line] of lines.entries()) {
    const { after, row } = JSON.parse(line);
    if (after.id !== i + 1 || row !== i % ROWS) return `line ${i + 1} holds row ${after.id}`;
  }
  return lines.length === transactions * ROWS ? 'every row once, in order' : `${lines.length} rows`;
}

test('25 kills: every row is in the file once, in order, and no line is torn', { timeout: 300_000 }, async () => {
  const hits = await kill('written-first', 25);
  expect(await verdict('written-first')).toBe('every row once, in order');
  // Kills that all hit the same stage would say nothing about the others.
  expect(Object.keys(hits).sort()).toEqual(expect.arrayContaining(['saving', 'writing']));
});

test('the same kills find a pipeline that saves before it writes', { timeout: 300_000 }, async () => {
  let found = 'every row once, in order';
  for (let round = 0; round < 10 && found === 'every row once, in order'; round++) {
    await kill('saved-first', 5);
    found = await verdict('saved-first');
  }
  expect(found).toMatch(/^line \d+ holds row \d+$/);
});
