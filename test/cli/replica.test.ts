import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlRequest, type ControlServer, listenForControl } from '../../src/daemon/control.js';
import type { PipelineStatus } from '../../src/daemon/status.js';
import { statusOf } from '../daemon/status.js';
import { UUID } from '../transform/stream.js';
import { type Ended, rowtide } from './rowtide.js';

const shard = (name: string, facts: Partial<PipelineStatus> = {}): PipelineStatus =>
  statusOf({ name, source: `${name}:3306`, sink: 'replica', position: `${UUID}:1-9`, ...facts });

describe('rowtide replica', () => {
  let folder: string;
  let control: ControlServer;
  let pipelines: readonly PipelineStatus[];
  const requests: ControlRequest[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-replica-'));
    pipelines = [shard('east'), statusOf({ name: 'events' }), shard('west', { sink: 'aggregate-replica' })];
    requests.length = 0;
    control = await listenForControl(join(folder, 'control.sock'), async (request) => {
      requests.push(request);
      const asked =
        request.command === 'status' ? pipelines : pipelines.filter(({ name }) => name === request.pipeline);
      return { pipelines: asked, relays: [] };
    });
  });
  afterEach(async () => {
    await control.close();
    rmSync(folder, { recursive: true });
  });

  const replica = (...args: readonly string[]): Promise<Ended> =>
    rowtide(['replica', ...args, '--state', folder, '--color', 'never']);

  test('shows replicas only: sources, workers, counters, and what is wrong with what helps', async () => {
    pipelines = [
      shard('east', {
        transactions: 12,
        lagMs: 1499,
        counters: { rows: 40, 'conflicts ignored': 2 },
        workers: [
          { doing: 'applying', transaction: `${UUID}:10`, counters: { transactions: 7, rows: 30 } },
          { doing: 'idle', transaction: null, counters: { transactions: 5 } },
        ],
      }),
      statusOf({ name: 'events' }),
      shard('west', {
        state: 'failed',
        lagMs: null,
        retries: 3,
        error: `the row of shop.orders with the key 7 is missing in ${UUID}:10`,
        errorCode: 'SINK_REFUSED',
        errorHint: 'Put it back.',
      }),
    ];
    const { status, stdout } = await replica('status');
    expect(status).toBe(0);
    expect(stdout).toBe(`\
SOURCE  STATE      LAG    TRANSACTIONS  RETRIES  SERVER     UNTIL  POSITION
east    streaming  1.5 s  12            0        east:3306  -      ${UUID}:1-9
west    failed     -      0             3        west:3306  -      ${UUID}:1-9

east: WORKER  DOING     TRANSACTIONS  ROWS  TRANSACTION
1             applying  7             30    ${UUID}:10
2             idle      5             0     -
east: 40 rows, 2 conflicts ignored

west: SINK_REFUSED: the row of shop.orders with the key 7 is missing in ${UUID}:10
  hint: Put it back.
`);
    const { stdout: json } = await replica('status', '--json');
    expect(JSON.parse(json)).toEqual([pipelines[0], pipelines[2]]);
  });

  test('pauses and resumes replicas, all or one, and leaves other pipelines alone', async () => {
    expect((await replica('pause')).status).toBe(0);
    expect((await replica('resume', '--pipeline', 'west')).stdout).toMatch(/^west +streaming/m);
    expect(requests.filter(({ command }) => command !== 'status')).toEqual([
      { command: 'pause', pipeline: 'east' },
      { command: 'pause', pipeline: 'west' },
      { command: 'resume', pipeline: 'west' },
    ]);
  });

  test('skips one transaction, and goes on until one, of the source that is named', async () => {
    const gtid = `${UUID}:10`;
    for (const command of ['skip', 'until'] as const) {
      const vague = await replica(command, gtid);
      expect(vague).toMatchObject({ status: 2, stderr: expect.stringContaining('--pipeline: east, west') });
      expect((await replica(command, gtid, '--pipeline', 'east')).status).toBe(0);
      expect(requests.at(-1)).toEqual({ command, gtid, pipeline: 'east' });
    }
    expect(await replica('until', 'now', '--pipeline', 'east')).toMatchObject({ status: 2 });
    expect(await replica('skip', `${UUID}:1-3`, '--pipeline', 'east')).toMatchObject({ status: 2 });
  });

  test('says which replicas there are where a name is none', async () => {
    const other = await replica('pause', '--pipeline', 'events');
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('There are east, west.') });
    pipelines = [statusOf()];
    expect((await replica('status')).stderr).toContain('no pipeline is a replica');
  });
});
