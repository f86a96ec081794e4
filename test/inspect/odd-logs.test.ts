import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from './comparison/run.js';
import { OurTool, Scratch } from './comparison/tools.js';
import { ODD_LOGS } from './odd-logs.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-odd-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = [
  [],
  ['-vv'],
  ['-s'],
  ['--start-position=130'],
  ['--database=d'],
  ['--require-row-format'],
  ['--start-datetime=2037-01-01 00:00:00'],
  ['--skip-gtids', '--skip-force-if-open'],
  ['--print-table-metadata'],
  ['-H', '-v'],
  ['--rewrite-db=d->e', '-v'],
];

test('logs that no server of the tests writes are printed as mysqlbinlog prints them', async () => {
  const result = await run(
    Object.entries(ODD_LOGS).flatMap(([what, bytes]) => {
      const path = join(folder, what.replaceAll(/\W/g, '-'));
      writeFileSync(path, bytes);
      return OPTIONS.map((options) => ({
        what: `${what} ${options.join(' ')}`,
        tool: 'mysql' as const,
        call: { args: [...options, path] },
      }));
    }),
  );
  expect(result.differences).toEqual([]);
  expect(result.compared).toBeGreaterThan(400);
});

test('options that are cut short are refused, as mysqlbinlog refuses them', async () => {
  const path = join(folder, 'short');
  writeFileSync(path, Object.values(ODD_LOGS)[0]!);
  using ours = new OurTool();
  using scratch = new Scratch();
  const said = await ours.run({ args: ['--style=mysql', '--verb', path] }, scratch);
  expect(said.stderr).toContain('--verb is no option of mysqlbinlog');
  expect(said.stdout.length).toBe(0);
  expect((await ours.run({ args: ['--style=mariadb', '--verb', path] }, scratch)).status).toBe(0);
});
