import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainStored } from '../../src/cli/explain.js';
import { listenForControl } from '../../src/daemon/control.js';
import { statusOf } from '../daemon/status.js';
import { rowtide } from './rowtide.js';

const RETENTION = { file: 'binlog.000007', leftSeconds: 518_400, leftBytes: 3 * 2 ** 30, behindBytes: 1200 };
const PIPELINES = [
  statusOf({
    name: 'orders',
    resync: { verdict: 'partial', reason: 'the source has all of it', retention: RETENTION, hint: null, commands: [] },
  }),
  statusOf({ name: 'files' }),
  statusOf({
    name: 'old',
    state: 'failed',
    resync: {
      verdict: 'full',
      reason: 'the server has purged transactions that come next',
      retention: null,
      hint: 'Copy the tables again.',
      commands: ['rowtide checkpoint set old.json --gtid SET', 'rowtide resume --pipeline old'],
    },
  }),
];

test('rowtide resync --explain says what each start meant, why, what was left, and what to run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-resync-'));
  const control = await listenForControl(join(folder, 'control.sock'), async () => ({
    pipelines: PIPELINES,
    relays: [],
  }));
  try {
    const explain = (...args: readonly string[]) =>
      rowtide(['resync', '--explain', '--state', folder, '--color', 'never', ...args]);
    expect((await explain()).stdout).toBe(`\
orders: it goes on from its position (partial)
  the source has all of it
  the source keeps binlog.000007 and what follows for 6 days more, about 3.0 GiB of writes; 1.2 KiB were to be read from there
files: not known: no server was asked, or it did not answer
old: it cannot go on, and needs a new copy (full)
  the server has purged transactions that come next
  hint: Copy the tables again.
  $ rowtide checkpoint set old.json --gtid SET
  $ rowtide resume --pipeline old
`);
    const [only, ...others] = JSON.parse((await explain('--json', '--pipeline', 'old')).stdout);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ name: 'old', verdict: 'full' });
  } finally {
    await control.close();
    rmSync(folder, { recursive: true });
  }
});

test('while no rowtide runs, it asks the stores and the servers itself, and says what it could not learn', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-resync-'));
  const config = join(folder, 'rowtide.yaml');
  const source = { url: 'mysql://nobody@127.0.0.1:1' };
  const pipelines = {
    fresh: { source, sink: { file: { path: './out.jsonl' } } },
    copy: { source, sink: { replica: { url: 'mysql://nobody@127.0.0.1:1', mode: 'binlog' } } },
    once: { source, sink: { kafka: { brokers: ['127.0.0.1:1'], topic: 't', delivery: 'exactly-once' } } },
  };
  writeFileSync(config, JSON.stringify({ state: './state', pipelines }));
  try {
    const explained = await rowtide(['resync', '--explain', '--config', config, '--color', 'never']);
    expect(explained.stdout).toMatch(
      /^fresh: it begins\n {2}nothing was ever written.*\ncopy: not known: .*127\.0\.0\.1:1.*\nonce: not known: its sink, kafka, says/,
    );
    const unnamed = explainStored({ state: join(folder, 'state'), logFormat: 'auto', color: 'never' });
    await expect(unnamed).rejects.toMatchObject({ code: 'IO', hint: expect.stringContaining('--config') });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
