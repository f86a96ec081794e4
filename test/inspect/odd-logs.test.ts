import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from './comparison/run.js';
import { OurTool, Scratch } from './comparison/tools.js';
import { MARIADB_ODD_LOGS, ODD_LOGS } from './odd-logs.js';

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

const MARIADB_OPTIONS = [[], ['-vv'], ['-s'], ['-f', '-v'], ['--database=d'], ['-H', '-v'], ['--print-table-metadata']];

test.each([
  { tool: 'mysql', logs: ODD_LOGS, options: OPTIONS, compared: 400 },
  { tool: 'mariadb', logs: MARIADB_ODD_LOGS, options: MARIADB_OPTIONS, compared: 80 },
] as const)(
  'logs that no server of the tests writes are printed as the tool of $tool prints them',
  async (each) => {
    const { tool, logs, options, compared } = each;
    const result = await run(
      Object.entries(logs).flatMap(([what, bytes]) => {
        const path = join(folder, `${tool}-${what.replaceAll(/\W/g, '-')}`);
        writeFileSync(path, bytes);
        return options.map((args) => ({ what: `${what} ${args.join(' ')}`, tool, call: { args: [...args, path] } }));
      }),
    );
    expect(result.differences).toEqual([]);
    expect(result.compared).toBeGreaterThan(compared);
  },
  300_000,
);

test('options that are cut short are refused, as mysqlbinlog refuses them', async () => {
  const path = join(folder, 'short');
  writeFileSync(path, Object.values(ODD_LOGS)[0]!);
  using ours = await OurTool.start();
  using scratch = new Scratch();
  const said = await ours.run({ args: ['--style=mysql', '--verb', path] }, scratch);
  expect(said.stderr).toContain('--verb is no option of mysqlbinlog');
  expect(said.stdout.length).toBe(0);
  expect((await ours.run({ args: ['--style=mariadb', '--verb', path] }, scratch)).status).toBe(0);
});
