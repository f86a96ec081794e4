import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FLAG_IN_USE, FORMAT_DESCRIPTION_EVENT } from '../../src/binlog/types.js';
import { headersIn } from './comparison/input.js';
import { run } from './comparison/run.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-encrypted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = readFileSync(join(import.meta.dirname, '../fixtures/encrypted-11.8.binlog'));
const ENCRYPTED_AT = headersIn(fixture)[1]!.end;

const LOGS = {
  whole: fixture,
  'in use': changed(4 + 17, FLAG_IN_USE),
  'in use and cut': changed(4 + 17, FLAG_IN_USE).subarray(0, -1),
  // Any byte may stand where the type of an event was.
  'like a format': changed(ENCRYPTED_AT + 4, FORMAT_DESCRIPTION_EVENT),
};

test('nothing of an encrypted file is checked or read, as mariadb-binlog does', async () => {
  const result = await run(
    Object.entries(LOGS).flatMap(([what, bytes]) => {
      const path = join(folder, what.replaceAll(' ', '-'));
      writeFileSync(path, bytes);
      return [['-v'], ['-c'], ['-c', '--skip-force-if-open']].map((options) => ({
        what: `${what} ${options.join(' ')}`,
        tool: 'mariadb' as const,
        call: { args: [...options, path] },
      }));
    }),
  );
  expect(result).toMatchObject({ differences: [], compared: 12 });
});

test('who begins behind the event that says so is not told, as by mariadb-binlog', async () => {
  const path = join(folder, 'whole');
  writeFileSync(path, fixture);
  const result = await run(
    headersIn(fixture)
      .slice(1, 6)
      .flatMap(({ end }) =>
        [['-v'], ['-c'], ['--short-form']].map((options) => ({
          what: `${options.join(' ')} from ${end}`,
          tool: 'mariadb' as const,
          call: { args: [...options, `--start-position=${end}`, path] },
        })),
      ),
  );
  expect(result).toMatchObject({ differences: [], compared: expect.any(Number) });
  expect(result.compared).toBeGreaterThan(4);
});

function changed(at: number, byte: number): Buffer {
  const bytes = Buffer.from(fixture);
  bytes[at] = byte;
  return bytes;
}
