import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RowtideError } from '../../src/core/errors.js';
import { askControl, type ControlRequest, type ControlServer, listenForControl } from '../../src/daemon/control.js';
import { redactor } from '../../src/daemon/redact.js';
import { parseGtid, skipIn, skipping } from '../../src/daemon/skip.js';
import { fromGtids, fromPlace, UUID } from '../transform/stream.js';
import { statusOf } from './status.js';

const status = statusOf();

describe('the control socket', () => {
  let folder: string;
  let path: string;
  let server: ControlServer | undefined;
  const requests: ControlRequest[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rowtide-control-'));
    path = join(folder, 'control.sock');
    requests.length = 0;
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  async function listen(): Promise<void> {
    server = await listenForControl(path, async (request) => {
      requests.push(request);
      if (request.command === 'pause')
        throw new RowtideError('USAGE', 'no pipeline is called x', { hint: 'There is shop.' });
      return { pipelines: [status], relays: [] };
    });
  }

  /** What comes back for bytes that no client of ours would send. */
  function reply(text: string): Promise<string> {
    return new Promise((resolve) => {
      let received = '';
      const socket = connect(path, () => socket.write(text));
      socket.on('data', (chunk) => {
        received += String(chunk);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received));
    });
  }

  test('answers a request with the pipelines it is about', async () => {
    await listen();
    const request: ControlRequest = { command: 'skip', gtid: `${UUID}:5`, pipeline: 'shop' };
    expect(await askControl(path, request)).toEqual({ ok: true, pid: process.pid, pipelines: [status], relays: [] });
    const next: ControlRequest = { command: 'until', gtid: `${UUID}:9`, pipeline: null };
    await askControl(path, next);
    expect(requests).toEqual([request, next]);
  });

  test('brings an error to who asked, as it was', async () => {
    await listen();
    const asked = askControl(path, { command: 'pause', pipeline: 'x' });
    await expect(asked).rejects.toMatchObject({
      code: 'USAGE',
      message: 'no pipeline is called x',
      hint: 'There is shop.',
    });
  });

  test('says when nobody listens', async () => {
    expect(await askControl(path, { command: 'status' })).toBeNull();
  });

  test('belongs to its user, and goes with its daemon', async () => {
    await listen();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(listen()).rejects.toMatchObject({ code: 'CHECKPOINT_LOCKED' });
    await server?.close();
    server = undefined;
    expect(await askControl(path, { command: 'status' })).toBeNull();
    await listen();
  });

  test.each([
    'no json\n',
    '[]\n',
    '{"command":"stop"}\n',
    '{"command":"skip"}\n',
    '{"command":"until"}\n',
    '{"command":"pause","pipeline":1}\n',
  ])('refuses %j', async (text) => {
    await listen();
    expect(JSON.parse(await reply(text))).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(requests).toEqual([]);
  });

  test('hangs up on a request without an end', async () => {
    await listen();
    expect(await reply('x'.repeat(3 * 1024 * 1024))).toBe('');
  });

  test('brings answers of any length: in a bad hour much waits that is worth a line', async () => {
    const long = statusOf({ error: 'x'.repeat(3 * 1024 * 1024) });
    server = await listenForControl(path, async () => ({ pipelines: [long], relays: [] }));
    expect((await askControl(path, { command: 'status' }))?.pipelines).toEqual([long]);
  });

  test('refuses a path that the system has no room for', async () => {
    path = join(folder, 'x'.repeat(120));
    await expect(listen()).rejects.toThrow('too long for the system');
  });
});

describe('a transaction to skip', () => {
  const sink = (position: ReturnType<typeof fromGtids>) => {
    const written: string[] = [];
    return {
      written,
      open: async () => position,
      write: async (batch: { position: { log: object } }) => void written.push(JSON.stringify(batch.position.log)),
      close: async () => undefined,
    };
  };
  const signal = new AbortController().signal;

  test('is one GTID', () => {
    expect(parseGtid(`${UUID}:tag:7`)).toEqual({ uuid: UUID, tag: 'tag', sequence: 7n });
    for (const text of ['', UUID, `${UUID}:1-2`, `${UUID}:1:3`]) expect(() => parseGtid(text)).toThrow('not ');
  });

  test('is claimed by the sink before anything is read', async () => {
    const inner = sink(fromGtids(`${UUID}:1-4`));
    const position = await skipping(inner, [parseGtid(`${UUID}:5`)]).open(signal);
    expect(JSON.stringify(position?.log)).toContain(`${UUID}:1-5`);
    expect(inner.written).toEqual([`{"kind":"gtid","executed":"${UUID}:1-5"}`]);
  });

  test('is claimed in a sink that keeps its own position, while no pipeline runs', async () => {
    const inner = sink(fromGtids(`${UUID}:1-4`));
    expect(await skipIn(inner, parseGtid(`${UUID}:5`), signal)).toBe(true);
    expect(inner.written).toEqual([`{"kind":"gtid","executed":"${UUID}:1-5"}`]);
    expect(await skipIn(sink(fromGtids(`${UUID}:1-9`)), parseGtid(`${UUID}:5`), signal)).toBe(false);
  });

  test('ends the history of columns: what is passed over may have altered tables', async () => {
    const marked = { ...fromGtids(`${UUID}:1-4`), schemas: { history: 'h', version: 3 } };
    expect(await skipping(sink(marked), [parseGtid(`${UUID}:5`)]).open(signal)).not.toHaveProperty('schemas');
    expect(await skipping(sink(marked), [parseGtid(`${UUID}:4`)]).open(signal)).toHaveProperty('schemas');
  });

  test('changes nothing where it is behind already, or where positions have no GTIDs', async () => {
    for (const position of [fromGtids(`${UUID}:1-9`), fromPlace(400)]) {
      const inner = sink(position);
      expect(await skipping(inner, [parseGtid(`${UUID}:5`)]).open(signal)).toBe(position);
      expect(inner.written).toEqual([]);
    }
  });
});

test('secrets are found plain, percent-encoded and in JSON, the longer ones first', () => {
  const redact = redactor(['p"ä ss', 'p"ä ss-long', '']);
  expect(redact('p"ä ss-long')).toBe('***');
  expect(redact(`mysql://u:${encodeURIComponent('p"ä ss')}@h`)).toBe('mysql://u:***@h');
  expect(redact(JSON.stringify({ password: 'p"ä ss' }))).toBe('{"password":"***"}');
});
