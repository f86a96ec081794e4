import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainStored } from '../../../src/cli/explain.js';
import { askControl } from '../../../src/daemon/control.js';
import { controlPath } from '../../../src/daemon/state-folder.js';
import { rowtide } from '../../cli/rowtide.js';
import { execute, executed, select } from '../../connectors/replica/replicating.js';
import { type MysqlServer, startMysql } from '../../servers/mysql.js';
import { needs } from '../../servers/suite.js';
import { purgeTo } from '../../source/purging.js';
import { UUID } from '../../transform/stream.js';
import { ProxysqlReader } from '../proxysql/reader.js';
import { eventually, type RunningDaemon, startDaemon } from './daemon.js';
import { READ_YOUR_WRITES_TABLE, readYourWrites } from './read-your-writes.js';

const TRIES = 150;

needs('own').describe('a daemon with a replica, real servers, and those who ask', () => {
  let source: MysqlServer;
  let target: MysqlServer;
  beforeAll(async () => {
    [source, target] = await Promise.all([startMysql(), startMysql()]);
    await execute(source, ...READ_YOUR_WRITES_TABLE);
  });
  afterAll(async () => {
    await Promise.all([source?.remove(), target?.remove()]);
  });

  const configOf = (options: object, more: object = {}): object => ({
    http: { listen: '127.0.0.1:0' },
    ...more,
    pipelines: {
      copy: {
        source: { url: source.url, from: 'beginning' },
        sink: { replica: { url: target.url, ...options } },
        proxysql: { listen: '127.0.0.1:0' },
      },
    },
  });
  const json = async (daemon: RunningDaemon, path: string) => {
    const response = await fetch(`${daemon.url}${path}`);
    return { status: response.status, body: (await response.json()) as never };
  };

  describe.each([
    { mode: 'binlog', workers: 1 },
    { mode: 'binlog', workers: 4, commitOrder: 'any' },
  ])('into a replica with %o', (options) => {
    test('who waited for a GTID reads what was written under it, always; and so does who follows the feed', async () => {
      await using daemon = await startDaemon(configOf(options));
      const { url, feedPort } = daemon;
      const following = await followed(feedPort);
      const first = options.workers * 1_000_000;
      const outcome = await readYourWrites({ source, target, url, flavour: 'mysql', first, tries: TRIES, clients: 8 });
      expect(outcome).toEqual({ tries: TRIES, early: [], unanswered: 0 });
      const last = await executed(source);
      const [, uuid = '', number = ''] = /^(.*):1-(\d+)$/.exec(last) ?? [];
      await following.until(() => following.has(uuid, BigInt(number)));
      for (let n = 1n; n <= BigInt(number); n++) expect(following.has(uuid, n)).toBe(true);
      expect(following.lines[0]).toMatch(/^ST=/);
      following.close();
    });
  });

  /** The feed takes no readers before the replica is open. */
  async function followed(port: number): Promise<ProxysqlReader> {
    for (;;) {
      const reader = new ProxysqlReader(port);
      await Promise.race([reader.until(() => reader.lines.length > 0), reader.ended]);
      if (reader.lines.length > 0) return reader;
      await sleep(20);
    }
  }

  test('the command line waits, too, and says when it was in vain', async () => {
    await using daemon = await startDaemon(configOf({ mode: 'binlog' }));
    await execute(source, 'INSERT INTO ryw.writes VALUES (-1, 1, "")');
    const gtids = await executed(source);
    const state = ['--state', daemon.stateDir];
    const there = await rowtide(['replica', 'wait', gtids, ...state, '--json']);
    expect(there).toMatchObject({ status: 0 });
    expect(JSON.parse(there.stdout)).toMatchObject([{ name: 'copy', state: 'streaming' }]);
    expect(await select(target, 'SELECT value FROM ryw.writes WHERE id = -1')).toEqual([[1]]);
    const vain = await rowtide(['replica', 'wait', `${UUID}:1`, '--timeout', '20ms', ...state]);
    expect(vain).toMatchObject({ status: 75, stderr: expect.stringContaining('REPLICA_BEHIND: copy did not have') });
    const request = { command: 'wait', gtid: '0-1-1', timeoutMs: 1, pipeline: null } as const;
    await expect(askControl(controlPath(daemon.stateDir), request)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('heartbeats are written where pipelines read, looked at in the stream, and make the lag known', async () => {
    // What the sink does not get is looked at all the same.
    const config = configOf({ mode: 'binlog' }, { heartbeat: { interval: '100ms' } });
    const pipelines = (config as { pipelines: { copy: object } }).pipelines;
    Object.assign(pipelines.copy, { transform: { include: ['ryw.*'] } });
    await using daemon = await startDaemon(config);
    const status = async () => (await json(daemon, '/status')).body as [{ sourceLagMs: number | null }];
    const [{ sourceLagMs }] = await eventually(status, ([each]) => each.sourceLagMs !== null);
    expect(sourceLagMs).toBeGreaterThanOrEqual(0);
    expect((await json(daemon, '/replica/ready?max-lag=1m')).body).toMatchObject({ ok: true, lagBy: 'heartbeat' });
    const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
    expect(metrics).toMatch(/^rowtide_pipeline_source_lag_seconds\{pipeline="copy"\} \d/m);
    expect(metrics).toMatch(/^rowtide_heartbeat_writing\{writer="0"\} 1$/m);
    expect(await select(target, "SHOW TABLES IN ryw LIKE 'heartbeat'")).toEqual([]);

    // As pt-heartbeat made it, and by its own command for it.
    const [[, creation] = []] = await select(source, 'SHOW CREATE TABLE rowtide.heartbeat');
    expect(String(creation).replace(/ ENGINE=.*/s, '')).toBe(PT_HEARTBEAT);
    const [[ts, serverId] = []] = await select(source, 'SELECT ts, server_id FROM rowtide.heartbeat');
    expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect(serverId).toBe((await select(source, 'SELECT @@server_id'))[0]?.[0]);

    // While the server takes no writes, none are made, also not by a user who may; nothing is known of the lag but that it grows.
    await execute(source, 'SET GLOBAL read_only = 1');
    const written = async () =>
      Number(/^rowtide_heartbeat_writing\S* (\d)$/m.exec(await (await fetch(`${daemon.url}/metrics`)).text())?.[1]);
    await eventually(written, (found) => found === 0);
    const before = await executed(source);
    await eventually(status, ([each]) => Number(each.sourceLagMs) > 1000);
    expect(await executed(source)).toBe(before);
    await execute(source, 'SET GLOBAL read_only = 0');
    await eventually(status, ([each]) => Number(each.sourceLagMs) < 1000);
  });

  test('a port that is taken is refused', async () => {
    await using daemon = await startDaemon(configOf({ mode: 'binlog' }));
    const port = new URL(daemon.url).port;
    const other = startDaemon(configOf({ mode: 'binlog' }, { http: { listen: port } }));
    await expect(other).rejects.toMatchObject({ code: 'IO', message: expect.stringContaining(`127.0.0.1:${port}`) });
  });

  test('it says on its start that it goes on, and how long what it needs is kept; or why not, and what to run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowtide-wait-'));
    const file = join(folder, 'rowtide.yaml');
    writeFileSync(file, JSON.stringify({ state: './state', ...configOf({ mode: 'binlog' }) }));
    /** What it says while no rowtide runs. */
    const explained = async () =>
      (await explainStored({ config: file, logFormat: 'auto', color: 'never' })).map(({ name, resync }) => ({
        name,
        ...resync,
      }));
    {
      await using daemon = await startDaemon(configOf({ mode: 'binlog' }));
      const status = async () => (await json(daemon, '/status')).body as [{ resync: object | null }];
      const [{ resync }] = await eventually(status, ([each]) => each.resync !== null);
      expect(resync).toMatchObject({ verdict: 'partial', retention: { leftSeconds: 2_592_000 }, commands: [] });
    }
    expect(await explained()).toMatchObject([{ name: 'copy', verdict: 'partial', commands: [] }]);
    await execute(source, 'INSERT INTO ryw.writes VALUES (-2, 1, "")', 'FLUSH BINARY LOGS');
    const files = await select(source, 'SHOW BINARY LOGS');
    await purgeTo(source.url, String(files.at(-1)?.[0]));
    expect(await explained()).toMatchObject([{ name: 'copy', verdict: 'full', retention: null }]);
    rmSync(folder, { recursive: true });
    const daemon = await startDaemon(configOf({ mode: 'binlog' }));
    await expect(daemon.failed).rejects.toMatchObject({ code: 'SOURCE_PURGED' });
    expect(daemon.errors[0]).toMatchObject({ pipeline: 'copy', verdict: 'full' });
    expect(daemon.errors[0]).toMatchObject({
      commands: [expect.stringContaining('mysqldump -h 127.0.0.1 -P'), expect.anything()],
    });
    await daemon[Symbol.asyncDispose]();
  });
});

const PT_HEARTBEAT = `CREATE TABLE \`heartbeat\` (
  \`ts\` varchar(26) NOT NULL,
  \`server_id\` int unsigned NOT NULL,
  \`file\` varchar(255) DEFAULT NULL,
  \`position\` bigint unsigned DEFAULT NULL,
  \`relay_master_log_file\` varchar(255) DEFAULT NULL,
  \`exec_master_log_pos\` bigint unsigned DEFAULT NULL,
  PRIMARY KEY (\`server_id\`)
)`;
