import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlRequest, type ControlServer, listenForControl } from '../../src/daemon/control.js';
import type { DelayedStatus } from '../../src/daemon/delayed/status.js';
import { statusOf } from '../daemon/status.js';
import { UUID } from '../transform/stream.js';
import { type Ended, rowtide } from './rowtide.js';

const delayed: DelayedStatus = {
  delayMs: 5_400_000,
  mode: 'delayed',
  isIdle: false,
  waiting: { transactions: 12, bytes: 4_404_019 },
  next: {
    transaction: `${UUID}:10`,
    bytes: 350,
    committedAt: '2026-11-21T12:00:00.250Z',
    releaseAt: '2026-11-21T13:30:01.000Z',
  },
  notable: [
    {
      transaction: `${UUID}:14`,
      bytes: 120,
      committedAt: '2026-11-21T12:00:09.000Z',
      releaseAt: '2026-11-21T13:30:09.000Z',
      what: ['DROP TABLE `orders`'],
      rule: 'drop',
      isAllowed: false,
    },
  ],
  unlisted: 3,
  held: { transaction: `${UUID}:14`, rule: 'drop', what: 'DROP TABLE `orders`' },
  notes: ['the log lacks texts'],
  sourceAheadMs: -12.3,
  sourceAheadErrorMs: 0.4,
};

describe('rowtide delayed', () => {
  let folder: string;
  let control: ControlServer;
  const requests: ControlRequest[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-delayed-'));
    requests.length = 0;
    control = await listenForControl(join(folder, 'control.sock'), async (request) => {
      if (request.command !== 'status') requests.push(request);
      const rescue = statusOf({ name: 'rescue', state: 'paused', position: `${UUID}:1-9`, delayed });
      return { pipelines: request.command === 'status' ? [statusOf(), rescue] : [rescue], relays: [] };
    });
  });
  afterEach(async () => {
    await control.close();
    rmSync(folder, { recursive: true });
  });

  const run = (...args: readonly string[]): Promise<Ended> =>
    rowtide(['delayed', ...args, '--state', folder, '--color', 'never']);

  test('shows what waits, what is next, what is held and what is worth a line', async () => {
    expect((await run('status')).stdout).toBe(`\
rescue: paused, 90m late; 12 transactions wait, 4.2 MiB
  applied   ${UUID}:1-9
  next      ${UUID}:10, 350 bytes, committed 2026-11-21T12:00:00.250Z, released 2026-11-21T13:30:01.000Z
  clock     the source is 12.3 ms behind us, give or take 0.4 ms
  HELD      before ${UUID}:14 (drop): DROP TABLE \`orders\`
  note      the log lacks texts

TRANSACTION                              RELEASED AT               GUARD  WHAT
${UUID}:14  2026-11-21T13:30:09.000Z  drop   DROP TABLE \`orders\`
and 3 more
`);
  });

  test('asks what people say, and refuses what cannot be before it asks', async () => {
    const gtid = `${UUID}:14`;
    const asked: [string[], ControlRequest][] = [
      [['resume', gtid], { command: 'allow', transaction: gtid, pipeline: 'rescue' }],
      [
        ['apply', '--until', 'before:DROP TABLE orders'],
        { command: 'apply', before: 'before:DROP TABLE orders', pipeline: 'rescue' },
      ],
      [['delay', '2d'], { command: 'delay', delayMs: 172_800_000, pipeline: 'rescue' }],
    ];
    for (const [args, request] of asked) {
      expect((await run(...args)).status).toBe(0);
      expect(requests.at(-1)).toEqual(request);
    }
    const wrong = await run('apply', '--until', 'now');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('not a place to stop before') });
    expect(requests).toHaveLength(asked.length);
  });
});
