import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Archive } from '../../src/relay/archive.js';
import { headersIn } from '../inspect/comparison/input.js';
import { Random, seedOf } from '../roundtrip/random.js';
import { sent } from './sent.js';

const NAME = 'binlog.000007';
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../fixtures', `${name}.binlog`));
/** What a server sends is not flagged as being written. */
const closed = (file: Buffer): Buffer => Buffer.from(file).fill(0, 21, 22);
const LOGS = ['shop-9.7', 'shop-11.8', 'shop-5.7', 'unchecked-9.7'].map(
  (name) => [name, closed(fixture(name))] as const,
);

let folder = '';
const pathOf = (name = NAME): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowtide-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** One run of an archive against a server that has `log`. */
async function archived(log: Buffer, start = 4): Promise<Buffer> {
  const archive = new Archive(`${folder}/`);
  const { file, offset } = await archive.resume({ file: NAME, offset: start });
  try {
    await archive.write(sent(file, log, offset));
  } finally {
    await archive.close();
  }
  return readFileSync(pathOf());
}

describe('an archive', () => {
  test.each(LOGS)('of %s is the file itself', async (_, log) => {
    expect((await archived(log)).equals(log)).toBe(true);
    expect((await archived(log)).equals(log)).toBe(true);
  });

  test.each(LOGS)('of %s goes on wherever it was cut, whatever stands behind', async (_, log) => {
    const random = new Random(seedOf('cuts of archives'));
    for (let i = 0; i < 120; i++) {
      const cut = i < 60 ? i : random.int(60, log.length);
      const tail = random.pick([Buffer.alloc(0), Buffer.alloc(random.int(1, 9000)), random.bytes(random.int(1, 200))]);
      const torn = log.subarray(0, cut);
      writeFileSync(pathOf(), cut < 4 ? torn : Buffer.concat([torn, isTold(log, cut) ? tail : Buffer.alloc(0)]));
      expect((await archived(log)).equals(log), `cut at ${cut}, then ${tail.length} bytes`).toBe(true);
    }
  });

  test('with a damaged event in the middle gets all from there on again', async () => {
    const [, log] = LOGS[0]!;
    const damaged = Buffer.from(log);
    damaged[Math.floor(log.length / 2)]! ^= 1;
    writeFileSync(pathOf(), damaged);
    expect((await archived(log)).equals(log)).toBe(true);
  });

  test('that begins in the middle of a file goes on at the right place of the log', async () => {
    const [, log] = LOGS[0]!;
    const events = headersIn(log);
    const start = events[6]!.start;
    const whole = await archived(log, start);
    expect(whole.subarray(whole.length - (log.length - start)).equals(log.subarray(start))).toBe(true);
    for (const cut of [10, 60, whole.length - start, whole.length - 7, whole.length]) {
      writeFileSync(pathOf(), whole.subarray(0, cut));
      expect((await archived(log, start)).equals(whole), `cut at ${cut}`).toBe(true);
    }
  });

  test('of another log is refused, and left as it is', async () => {
    const [[, log], [, other]] = [LOGS[0]!, LOGS[1]!];
    writeFileSync(pathOf(), other);
    await expect(archived(log)).rejects.toMatchObject({ code: 'SOURCE_DIVERGED' });
    expect(readFileSync(pathOf()).equals(other)).toBe(true);
  });

  test('whose last event the server has otherwise is refused', async () => {
    const [, log] = LOGS[3]!;
    const events = headersIn(log);
    const changed = Buffer.from(log.subarray(0, events.at(-1)!.start));
    changed[changed.length - 1]! ^= 1;
    writeFileSync(pathOf(), changed);
    await expect(archived(log)).rejects.toMatchObject({
      code: 'SOURCE_DIVERGED',
      hint: expect.stringMatching(/prefix/),
    });
    expect(readFileSync(pathOf()).equals(changed)).toBe(true);
  });

  test('does not overwrite what is no log', async () => {
    writeFileSync(pathOf(), 'a diary');
    await expect(archived(LOGS[0]![1])).rejects.toMatchObject({ code: 'NOT_A_BINLOG' });
  });

  test('says which of its files is the latest of those that follow each other', () => {
    const archive = new Archive(`${folder}/`);
    const next = (name: string): string => `binlog.${String(Number(name.slice(7)) + 1).padStart(6, '0')}`;
    expect(archive.latest(NAME, next)).toBe(NAME);
    for (const name of [NAME, 'binlog.000008', 'binlog.000010']) writeFileSync(pathOf(name), '');
    expect(archive.latest(NAME, next)).toBe('binlog.000008');
  });

  test('has each file of a log under its own name', async () => {
    const [[, first], [, second]] = [LOGS[0]!, LOGS[2]!];
    const archive = new Archive(`${folder}/db1-`);
    await archive.write(sent('binlog.000001', first));
    await archive.write(sent('binlog.000002', second));
    await archive.close();
    expect(readFileSync(pathOf('db1-binlog.000001')).equals(first)).toBe(true);
    expect(readFileSync(pathOf('db1-binlog.000002')).equals(second)).toBe(true);
  });
});

/** Whether what is torn can be told: without checksums, only the lengths of events do. */
function isTold(log: Buffer, cut: number): boolean {
  const hasChecksums = log !== LOGS[3]![1];
  return hasChecksums || headersIn(log).some(({ end }) => end === cut);
}
