import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SinkStats } from '../../../src/core/sink-stats.js';
import type { LogSource, Source } from '../../../src/core/source.js';
import { DelayedReplica } from '../../../src/daemon/delayed/delayed-replica.js';
import { writeKept } from '../../../src/daemon/delayed/kept.js';
import { parseServerUrl } from '../../../src/mysql/url.js';
import { silent } from '../../connectors/replica/replicating.js';
import { RULES } from '../../guard/rules.js';
import { event, fromGtids, transaction, UUID } from '../../transform/stream.js';

test('a delayed replica that lives again looks at what waits and alerts again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-lives-'));
  const begin = fromGtids(`${UUID}:1`);
  const drop = { kind: 'statement', schema: 'shop', sql: 'DROP TABLE orders', event } as const;
  const source: Source = {
    start: async () => begin,
    async *read() {
      yield transaction(2, { entries: [drop] });
    },
  };
  let alerted: () => void = () => undefined;
  const hook = createServer((_, response) => {
    response.writeHead(204).end();
    alerted();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const stop = new AbortController();
  try {
    const keptPath = join(folder, 'rescue.delayed');
    await writeKept(keptPath, { isPaused: true, position: begin, allowed: [] });
    const replica = new DelayedReplica({
      pipeline: 'rescue',
      needs: { delayMs: 3_600_000, guard: { ...RULES, webhook }, target: parseServerUrl('mysql://nobody@127.0.0.1:1') },
      composed: { place: 'files', log: {} as LogSource, source, isLive: true },
      ahead: source,
      sourceAddress: null,
      wants: () => true,
      isSkipped: () => false,
      reached: async () => undefined,
      keptPath,
      stats: new SinkStats(),
      log: silent,
    });
    for (let life = 0; life < 2; life++) {
      const alert = new Promise<void>((resolve) => (alerted = resolve));
      expect(await replica.open(stop.signal)).toBe(true);
      await alert;
      expect(replica.status(begin).waiting.transactions).toBe(1);
      replica.close();
    }
  } finally {
    stop.abort();
    hook.closeAllConnections();
    hook.close();
    rmSync(folder, { recursive: true });
  }
});
