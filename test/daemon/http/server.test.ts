import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ackLines } from '../../../src/daemon/http/acks.js';
import { route } from '../../../src/daemon/http/routes.js';
import { type HttpServer, listenForHttp } from '../../../src/daemon/http/server.js';
import { redactor } from '../../../src/daemon/redact.js';
import type { PipelineStatus } from '../../../src/daemon/status.js';
import { silent } from '../../connectors/replica/replicating.js';
import { testClock } from '../../pipeline/clock.js';
import { statusOf, streamOf } from '../status.js';
import { parsePrometheus } from './prometheus.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const FACTS = { startedAtMs: 0, residentBytes: 1, version: '0.1.0' };

describe('the HTTP listener', () => {
  let server: HttpServer;
  let pipelines: readonly PipelineStatus[];
  const warnings: object[] = [];
  const log = { ...silent, warn: (facts: object) => void warnings.push(facts) };
  const listen = (host = '127.0.0.1'): Promise<HttpServer> =>
    listenForHttp({
      listen: { ...LOOPBACK, host },
      hosts: ['db-tools.example'],
      log,
      redact: redactor(['hunter22']),
      answer: (url, signal) =>
        route(url, { streams: pipelines.map((each) => streamOf(each)), writers: [], facts: () => FACTS }, signal),
    });

  beforeEach(async () => {
    pipelines = [statusOf(), statusOf({ name: 'files', state: 'stopped' })];
    warnings.length = 0;
    server = await listen();
  });
  afterEach(() => server.close());

  interface Got {
    readonly status: number;
    readonly body: string;
  }
  const get = (path: string, { method = 'GET', host = '127.0.0.1' } = {}): Promise<Got> =>
    new Promise((resolve, reject) => {
      const asked = request({ port: server.port, host: '127.0.0.1', path, method, headers: { host } }, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on('error', reject).end();
    });

  test('says that it lives, and the status of pipelines as `rowtide status --json` does', async () => {
    expect(await get('/livez')).toEqual({ status: 200, body: '{\n  "ok": true\n}\n' });
    const { status, body } = await get('/status');
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual(pipelines);
  });

  test('is ready when each pipeline streams or has ended, and says which is not and why', async () => {
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    pipelines = [
      statusOf(),
      statusOf({ name: 'west', state: 'retrying', error: 'no route to host', errorCode: 'SOURCE_UNREACHABLE' }),
    ];
    const { status, body } = await get('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      ok: false,
      pipelines: [
        { name: 'shop', ready: true, state: 'streaming', error: null, errorCode: null, errorHint: null },
        {
          name: 'west',
          ready: false,
          state: 'retrying',
          error: 'no route to host',
          errorCode: 'SOURCE_UNREACHABLE',
          errorHint: null,
        },
      ],
    });
    for (const state of ['starting', 'paused', 'failed'] as const) {
      pipelines = [statusOf({ state })];
      expect(await get('/readyz')).toMatchObject({ status: 503 });
    }
  });

  test('has metrics', async () => {
    const { body } = await get('/metrics');
    expect(parsePrometheus(body).get('rowtide_pipeline_state')?.samples).toHaveLength(12);
  });

  test('tells what is received and applied, and the lags, every second to who listens', async () => {
    pipelines = [statusOf({ received: 'binlog.000001:4', lagMs: 12, error: 'hunter22' }), statusOf({ name: 'files' })];
    const clock = testClock();
    const stop = new AbortController();
    const lines = ackLines([streamOf(pipelines[0]!)], stop.signal, clock);
    const ack = { pipeline: 'shop', state: 'streaming', received: 'binlog.000001:4', applied: null, lagMs: 12 };
    expect(JSON.parse((await lines.next()).value!)).toMatchObject(ack);
    const next = lines.next();
    await clock.advance(999);
    await clock.advance(1);
    expect(JSON.parse((await next).value!)).toMatchObject(ack);
    expect(clock.slept).toEqual([1000]);
    const last = lines.next();
    stop.abort();
    expect((await last).done).toBe(true);

    const response = await fetch(`http://127.0.0.1:${server.port}/acks`);
    expect(response.headers.get('content-type')).toContain('ndjson');
    const { value } = await response.body!.getReader().read();
    expect(Buffer.from(value!).toString().split('\n')).toHaveLength(3);
    expect((await get('/acks', { method: 'HEAD' })).body).toBe('');
    expect(await get('/acks?pipeline=nope')).toMatchObject({
      status: 400,
      body: expect.stringContaining('shop, files'),
    });
    // Who listens does not keep it from closing.
  });

  test('shows no secret', async () => {
    pipelines = [statusOf({ error: 'access denied with hunter22' })];
    for (const path of ['/status', '/readyz']) expect((await get(path)).body).toContain('access denied with ***');
  });

  test('refuses what it does not know, other methods, and names that it was not told of', async () => {
    expect(await get('/nope')).toMatchObject({ status: 404, body: expect.stringContaining('/metrics') });
    expect(await get('/status', { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await get('/status', { method: 'HEAD' })).toEqual({ status: 200, body: '' });
    expect(await get('//')).toMatchObject({ status: 400 });
    for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1.evil.example']) {
      expect(await get('/metrics', { host })).toMatchObject({
        status: 403,
        body: expect.stringContaining('http.hosts'),
      });
    }
    for (const host of ['localhost', 'db-tools.example:8080', '[::1]:8080', '10.0.0.7:8080']) {
      expect(await get('/livez', { host })).toMatchObject({ status: 200 });
    }
  });

  test('warns where others can reach it, and refuses a port that is taken by name', async () => {
    expect(warnings).toEqual([]);
    const open = await listen('0.0.0.0');
    expect(warnings).toMatchObject([{ host: '0.0.0.0' }]);
    await open.close();
    const taken = listenForHttp({
      listen: { ...LOOPBACK, port: server.port },
      hosts: [],
      log,
      redact: String,
      answer: () => ({ status: 200, body: '' }),
    });
    await expect(taken).rejects.toMatchObject({ code: 'IO', hint: expect.stringContaining('http.listen') });
  });
});
