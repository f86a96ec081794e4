import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DaemonRelay } from '../../src/daemon/relay.js';
import { parseServerUrl } from '../../src/mysql/url.js';
import { silent } from '../connectors/replica/replicating.js';

test('a relay that lacks a file says so in its status, which has all else, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-relay-status-'));
  try {
    const source = { address: parseServerUrl('mysql://nobody@127.0.0.1:1'), from: { kind: 'now' } } as const;
    const config = { name: 'shop', folder, source, semiSync: false, retention: {} };
    const relay = new DaemonRelay({ config, log: silent, consumers: () => [] });
    const file = join(folder, 'binlog.000001');
    writeFileSync(file, 'log');
    writeFileSync(join(folder, 'binlog.index'), './binlog.000001\n');
    await relay.relay.folder.load();
    expect(await relay.status()).toMatchObject({ name: 'shop', files: 1, bytes: 3, error: null, errorCode: null });
    rmSync(file);
    expect(await relay.status()).toMatchObject({
      name: 'shop',
      error: expect.stringContaining(file),
      errorCode: 'RELAY_DAMAGED',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
