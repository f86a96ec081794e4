import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Progress, progressOf } from '../../../src/cli/inspect/progress.js';
import { fixture } from '../../fixtures/files.js';
import { rowtide } from '../rowtide.js';

const SHOP = fixture('shop-9.7.binlog');
const folder = mkdtempSync(join(tmpdir(), 'rowtide-views-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inspect = (...args: string[]) => rowtide(['inspect', '--no-defaults', ...args]);

describe('--view', () => {
  it('rows is what tail prints, for people and as JSON', async () => {
    const [text, lines, document, tail] = await Promise.all([
      inspect('--view', 'rows', SHOP),
      inspect('--view', 'rows', '--format', 'jsonl', SHOP),
      inspect('--view', 'rows', '--format', 'json', SHOP),
      rowtide(['tail', SHOP, '--format', 'json', '--schema', 'none']),
    ]);
    expect(text.stdout).toContain("  update shop.orders  id: 2  total: -0.01 → 0.99  state: 'paid' → 'sent'\n");
    const rows = (output: string): string[] =>
      output
        .trim()
        .split('\n')
        .filter((line) => /"op":"(in|up|de)/.test(line));
    // Prepared transactions come with their commit there, and are rows of the log here.
    const shown = (output: string): string[] =>
      rows(output)
        .map((line) => line.replace(/"gtid.*?"row":/, '"row":'))
        .sort();
    expect(shown(lines.stdout).length).toBe(11);
    for (const line of shown(tail.stdout)) expect(shown(lines.stdout)).toContain(line);
    expect(JSON.parse(document.stdout)).toEqual(
      lines.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  });

  it('takes the range of mysqlbinlog, and its result file', async () => {
    const path = join(folder, 'transactions.jsonl');
    const range = ['--start-position=776', '--stop-position=2139'];
    const [table, file] = await Promise.all([
      inspect('--view', 'events', ...range, SHOP),
      inspect('--view', 'transactions', '--format', 'jsonl', ...range, '--result-file', path, SHOP),
    ]);
    expect(table.stdout.trim().split('\n')).toHaveLength(13);
    expect(table.stdout.split('\n')[1]).toMatch(/ 776 {2}Gtid /);
    expect(file).toMatchObject({ status: 0, stdout: '' });
  });

  it('shows what stands before damage, and then says where it is', async () => {
    const { status, stdout, stderr } = await rowtide(
      ['inspect', '--no-defaults', '--view', 'transactions', '--format', 'json', '-'],
      { stdin: await import('node:fs').then(({ readFileSync }) => readFileSync(SHOP).subarray(0, 2000)) },
    );
    expect(JSON.parse(stdout)).toHaveLength(4);
    expect([status, stderr]).toEqual([1, expect.stringContaining('BINLOG_TRUNCATED')]);
  });
});

describe('the progress bar', () => {
  it('is one line that is written over, and taken away in the end', () => {
    let [now, text] = [0, ''];
    const stream = { write: (more: string) => (text += more) };
    const progress = new Progress(stream, [3 * 2 ** 20, 2 ** 20], { paint: (bar) => bar, now: () => now });
    progress.read(0, 1000);
    expect(text).toBe('');
    now = 1000;
    progress.read(0, 2 ** 20);
    expect(text).toBe('\r\x1b[K████████░░░░░░░░░░░░░░░░░░░░░░ 25 %  1.0 MiB  1.0 MiB/s');
    progress.read(1, 2 ** 20);
    now = 2000;
    progress.read(1, 2 ** 20);
    progress.end();
    expect(text.split('\r\x1b[K').slice(2)).toEqual(['██████████████████████████████ 100 %  4.0 MiB  2.0 MiB/s', '']);
  });

  it('is not there where nobody looks, or nobody wants it', async () => {
    expect(await progressOf([SHOP], { progress: true, color: 'auto', view: 'summary' })).toBeNull();
    const { stdout } = await rowtide(['inspect', '--no-defaults', '--view', 'summary', '--no-progress', SHOP], {
      onTerminal: true,
    });
    expect(stdout).not.toContain('\x1b');
  });
});
