import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseGtids } from '../../src/daemon/applied.js';
import { route } from '../../src/daemon/http/routes.js';
import { type HttpServer, listenForHttp } from '../../src/daemon/http/server.js';
import { findReplica, type ReplicaStream, waitFor } from '../../src/daemon/replicas.js';
import type { PipelineStatus } from '../../src/daemon/status.js';
import { PipelineControl } from '../../src/pipeline/control.js';
import { silent } from '../connectors/replica/replicating.js';
import { at, UUID } from '../transform/stream.js';
import { statusOf, streamOf } from './status.js';

const OTHER = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

/** A stream into a server that has those GTIDs. */
class FakeStream {
  readonly control = new PipelineControl();
  status: PipelineStatus;
  readonly stream: ReplicaStream;

  constructor(name: string, gtids: string, facts: Partial<ReplicaStream> & { sink?: string } = {}) {
    const { sink = 'replica', ...rest } = facts;
    this.status = statusOf({ name, sink });
    this.control.stats.state = 'streaming';
    this.moved(gtids);
    this.stream = { ...streamOf(this.status, { control: this.control, ...rest }), status: () => this.status };
  }

  moved(gtids: string): void {
    this.control.moved(at(parseGtids(gtids)));
  }
}

describe('a replica, asked over HTTP', () => {
  let server: HttpServer;
  let streams: FakeStream[];
  beforeEach(async () => {
    streams = [new FakeStream('east', `${UUID}:1-9`), new FakeStream('events', `${UUID}:1-3`, { sink: 'kafka' })];
    server = await listenForHttp({
      listen: { host: '127.0.0.1', port: 0 },
      hosts: [],
      log: silent,
      redact: String,
      answer: (url, signal) =>
        route(
          url,
          {
            streams: streams.map(({ stream }) => stream),
            writers: [],
            facts: () => ({ startedAtMs: 0, residentBytes: 0, version: '' }),
          },
          signal,
        ),
    });
  });
  afterEach(() => server.close());

  const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const first = (facts: Partial<PipelineStatus>): void => {
    streams[0]!.status = { ...streams[0]!.status, ...facts };
  };

  test('is ready when it streams, is near enough behind, and has the transaction', async () => {
    first({ lagMs: 1500 });
    expect(await get('/replica/ready')).toEqual({
      status: 200,
      body: { ok: true, replica: 'east', reason: null, lagMs: 1500, lagBy: 'commits', applied: `${UUID}:1-9` },
    });
    expect((await get(`/replica/ready?max-lag=2s&gtid=${UUID}:9`)).status).toBe(200);
    expect(await get('/replica/ready?max-lag=1s')).toMatchObject({
      status: 503,
      body: { ok: false, reason: 'east is 1500 ms behind, and 1000 ms are allowed' },
    });
    expect(await get(`/replica/ready?gtid=${UUID}:9-10`)).toMatchObject({
      status: 503,
      body: { reason: `${UUID}:9-10 is not applied yet` },
    });
  });

  test('is not ready while it does not stream, since nobody knows what its target has then', async () => {
    streams[0]!.control.stats.state = 'retrying';
    first({ state: 'retrying', lagMs: null, error: 'no route to host' });
    expect(await get(`/replica/ready?gtid=${UUID}:1`)).toMatchObject({
      status: 503,
      body: { reason: 'east is retrying: no route to host', applied: null, lagMs: null },
    });
  });

  test('counts a lag by heartbeats where there are any, and one that is not known as too much', async () => {
    streams = [new FakeStream('east', `${UUID}:1-9`, { hasHeartbeats: true })];
    expect(await get('/replica/ready?max-lag=1h')).toMatchObject({
      status: 503,
      body: { reason: expect.stringContaining('no heartbeat has come yet'), lagMs: null },
    });
    first({ sourceLagMs: 3000, lagMs: 0 });
    expect(await get('/replica/ready?max-lag=2s')).toMatchObject({ status: 503, body: { lagBy: 'heartbeat' } });
    expect((await get('/replica/ready?max-lag=3s')).status).toBe(200);
  });

  test('lets somebody wait until it has a transaction, and not longer', async () => {
    const waiting = get(`/replica/wait?gtid=${UUID}:11&timeout=1h`);
    streams[0]!.moved(`${UUID}:1-10`);
    expect(await get(`/replica/wait?gtid=${UUID}:11&timeout=1ms`)).toMatchObject({
      status: 503,
      body: { ok: false, reason: `east did not have ${UUID}:11 within 1 ms` },
    });
    streams[0]!.moved(`${UUID}:1-11`);
    expect(await waiting).toEqual({
      status: 200,
      body: { ok: true, replica: 'east', gtid: `${UUID}:11`, reason: null },
    });
  });

  test('waits longer than a timer can be set to, and not for nothing', async () => {
    const replica = findReplica([streams[0]!.stream], null);
    const { signal } = new AbortController();
    const waiting = waitFor(replica, parseGtids(`${UUID}:11`), { timeoutMs: 2 ** 31, signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    streams[0]!.moved(`${UUID}:1-11`);
    expect(await waiting).toBe(true);
  });

  test('says nothing of what it had before its connection was lost', async () => {
    streams[0]!.control.stats.state = 'retrying';
    expect((await get(`/replica/wait?gtid=${UUID}:1&timeout=1ms`)).status).toBe(503);
    const waiting = get(`/replica/wait?gtid=${UUID}:9&timeout=1h`);
    // The target is another one, or was restored.
    streams[0]!.control.stats.state = 'streaming';
    streams[0]!.moved(`${UUID}:1-8`);
    expect((await get(`/replica/wait?gtid=${UUID}:9&timeout=1ms`)).status).toBe(503);
    streams[0]!.moved(`${UUID}:1-9`);
    expect((await waiting).status).toBe(200);
  });

  test('is named where there are several; a source of a target can be named, too', async () => {
    streams.push(
      new FakeStream('all.a', `${UUID}:1-9`, { group: 'all', sink: 'aggregate-replica' }),
      new FakeStream('all.b', `${OTHER}:1-5`, { group: 'all', sink: 'aggregate-replica' }),
    );
    expect(await get('/replica/ready')).toMatchObject({
      status: 400,
      body: { error: { message: 'there are 2 replicas, and none is named', hint: 'There are east, all.' } },
    });
    const both = `${UUID}:9,${OTHER}:5`;
    expect((await get(`/replica/ready?replica=all&gtid=${both}`)).status).toBe(200);
    expect((await get(`/replica/ready?replica=all.a&gtid=${both}`)).status).toBe(503);
    expect((await get('/replica/ready?replica=events')).status).toBe(400);
  });

  test('of sources that number one domain of MariaDB each for itself, the one behind counts', async () => {
    streams = [
      new FakeStream('all.a', '0-1-100,1-1-7', { group: 'all' }),
      new FakeStream('all.b', '0-2-50', { group: 'all' }),
    ];
    expect((await get('/replica/ready?gtid=0-2-50')).status).toBe(200);
    expect((await get('/replica/ready?gtid=0-2-60')).status).toBe(503);
    expect((await get('/replica/ready?gtid=1-1-7')).status).toBe(200);
    expect((await get('/replica/ready?replica=all.a&gtid=0-1-100')).status).toBe(200);
  });

  test('opens a gate as long as enough replicas are near enough, as min-replicas-to-write does', async () => {
    streams.push(new FakeStream('west', `${UUID}:1-9`));
    expect(await get('/gate?min=2&max-lag=10s')).toMatchObject({ status: 200, body: { ok: true, good: 2, min: 2 } });
    first({ lagMs: 11_000 });
    expect(await get('/gate?min=2&max-lag=10s')).toMatchObject({
      status: 503,
      body: {
        ok: false,
        good: 1,
        replicas: [
          { replica: 'east', ok: false },
          { replica: 'west', ok: true },
        ],
      },
    });
    expect((await get('/gate')).status).toBe(200);
  });

  test('refuses what it does not understand: a condition that is misspelt would be none', async () => {
    for (const query of ['maxlag=2s', 'max-lag=2', 'gtid=', 'gtid=now', 'gtid=0-1-5', 'max-lag=1s&max-lag=2s']) {
      expect(await get(`/replica/ready?${query}`)).toMatchObject({ status: 400 });
    }
    expect((await get('/replica/wait')).status).toBe(400);
    expect((await get('/gate?min=-1')).status).toBe(400);
  });
});
