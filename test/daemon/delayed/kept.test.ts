import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/cli/run.js';
import { runDaemon } from '../../../src/daemon/daemon.js';
import { readKept, writeKept } from '../../../src/daemon/delayed/kept.js';
import { silent } from '../../connectors/replica/replicating.js';
import { fromGtids, UUID } from '../../transform/stream.js';

describe('a delayed replica', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-kept-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('remembers what people said, and refuses a memory that is damaged', async () => {
    const path = join(folder, 'rescue.checkpoint.json.delayed');
    expect(await readKept(path)).toEqual({ isPaused: false, position: undefined, allowed: [] });
    const kept = { isPaused: true, position: fromGtids(`${UUID}:1-9`), allowed: [`${UUID}:10`] };
    await writeKept(path, kept);
    expect(await readKept(path)).toEqual(kept);
    for (const text of ['', '{', '[]', '{"isPaused":true}', '{"isPaused":true,"allowed":[],"position":{}}']) {
      writeFileSync(path, text);
      await expect(readKept(path)).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
    }
  });

  async function start(source: object, sink: object): Promise<void> {
    const file = join(folder, 'rowtide.yaml');
    const pipelines = { rescue: { source, sink: { 'delayed-replica': sink } } };
    writeFileSync(file, JSON.stringify({ state: join(folder, 'state'), pipelines }));
    const config = await readConfig(file);
    await runDaemon({ config, log: silent, signal: new AbortController().signal, shutdownTimeoutMs: 0, version: '0' });
  }

  const NOWHERE = 'mysql://nobody@127.0.0.1:1';
  const SINK = { url: NOWHERE, mode: 'binlog', delay: '1h' };

  test('does not read its source directly: a server cannot be made to wait for an hour', async () => {
    await expect(start({ url: NOWHERE }, SINK)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('relay'),
    });
  });

  test.each([
    ['delay', { delay: '1 hour' }],
    ['delay', { delay: '2147483648s' }],
    ['guard.deletePercent', { guard: { deletePercent: 0 } }],
    ['guard.deletePercent', { mode: 'sql', routes: [{ match: 'a.*', to: 'b.t' }], guard: { deletePercent: 5 } }],
    ['guard.exclude.0', { guard: { exclude: ['orders'] } }],
    ['guard.webhook', { guard: { webhook: 'file:///etc/passwd' } }],
    ['mode', { mode: 'row' }],
  ])('names a wrong %s', async (path, wrong) => {
    await expect(start({ files: ['binlog.000001'] }, { ...SINK, ...wrong })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`delayed-replica.${path}`),
    });
  });
});
