import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RegistryClient } from '../../../../connectors/kafka/registry/client.js';
import { registryOptions } from '../../../../connectors/kafka/registry/options.js';
import { freePort } from '../../../servers/ports.js';
import { needs, sharedRegistry } from '../../../servers/suite.js';
import { Fronts } from './fronts.js';

const { signal } = new AbortController();

function client(options: object): RegistryClient {
  return new RegistryClient(registryOptions.parse(options));
}

function recordOf(name: string, ...types: readonly string[]): string {
  return JSON.stringify({ type: 'record', name, fields: types.map((type, i) => ({ name: `f${i}`, type })) });
}

needs('registry').describe('the client of a schema registry', () => {
  const file = (name: string): Promise<string> => readFile(new URL(`../tls/${name}`, import.meta.url), 'utf8');
  const fronts = new Fronts(() => url);
  let url: string;
  beforeAll(async () => {
    url = await sharedRegistry();
  });
  afterAll(() => {
    fronts.close();
  });

  it('registers a schema once, and finds the same one again', async () => {
    const schema = recordOf('Orders', 'long', 'string');
    const of = { topic: 'registered', part: 'value', record: 'Orders' } as const;
    let asked = 0;
    const counting = await fronts.open(() => {
      asked++;
      return null;
    });
    const registry = client({ url: counting });
    const [first, same] = await Promise.all([registry.id(of, schema, signal), registry.id(of, schema, signal)]);
    expect(same).toBe(first);
    expect(asked).toBe(1);
    expect(await client({ url, register: false }).id(of, schema, signal)).toBe(first);
    const found = await fetch(`${url}/schemas/ids/${first}`);
    expect(JSON.parse(((await found.json()) as { schema: string }).schema)).toEqual(JSON.parse(schema));
  });

  it('files schemas under the topic, the record, or both', async () => {
    const schema = recordOf('filed.Key', 'int');
    for (const subject of ['topic', 'record', 'topic-record']) {
      await client({ url, subject }).id({ topic: 'filing', part: 'key', record: 'filed.Key' }, schema, signal);
    }
    const subjects = (await (await fetch(`${url}/subjects`)).json()) as string[];
    expect(subjects).toEqual(expect.arrayContaining(['filing-key', 'filed.Key', 'filing-filed.Key']));
  });

  it('says which subject forbids a change', async () => {
    const of = { topic: 'strict', part: 'value', record: 'strict.Value' } as const;
    await client({ url }).id(of, recordOf('Value', 'int'), signal);
    await fetch(`${url}/config/strict-value`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"compatibility":"BACKWARD"}',
    });
    await expect(client({ url }).id(of, recordOf('Value', 'string'), signal)).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining('strict-value'),
    });
  });

  it('refuses what is not registered when it must not register', async () => {
    const of = { topic: 'nobody', part: 'key', record: 'nobody.Key' } as const;
    await expect(client({ url, register: false }).id(of, recordOf('Key', 'int'), signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      hint: expect.stringContaining('schemaRegistry.register'),
    });
  });

  it('logs in, and names a wrong password', async () => {
    const wanted = `Basic ${Buffer.from('rowtide:se:cret').toString('base64')}`;
    const login = await fronts.open(({ headers }) => (headers.authorization === wanted ? null : 401));
    const of = { topic: 'login', part: 'key', record: 'login.Key' } as const;
    const ask = (password: string): Promise<number> =>
      client({ url: login, username: 'rowtide', password }).id(of, recordOf('Key', 'int'), signal);
    expect(await ask('se:cret')).toBeGreaterThan(0);
    await expect(ask('wrong')).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      hint: expect.stringContaining('schemaRegistry.username'),
    });
  });

  it('speaks TLS with those whose authority it knows', async () => {
    const [key, cert] = [await file('key.pem'), await file('certificate.pem')];
    const secure = await fronts.open(() => null, { key, cert });
    const of = { topic: 'secure', part: 'key', record: 'secure.Key' } as const;
    const schema = recordOf('Key', 'int');
    expect(await client({ url: secure, ssl: { ca: cert } }).id(of, schema, signal)).toBeGreaterThan(0);
    await expect(client({ url: secure }).id(of, schema, signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      hint: expect.stringContaining('schemaRegistry.ssl.ca'),
    });
  });

  it('asks again while the registry is busy, and another one while it is down', async () => {
    let left = 2;
    const busy = await fronts.open(() => (left-- > 0 ? 503 : null));
    const down = `http://127.0.0.1:${await freePort()}`;
    const of = { topic: 'patient', part: 'key', record: 'patient.Key' } as const;
    expect(await client({ url: [down, busy] }).id(of, recordOf('Key', 'int'), signal)).toBeGreaterThan(0);
    expect(left).toBeLessThan(0);
  });

  it('gives up in time, which may be tried again', async () => {
    const of = { topic: 'late', part: 'key', record: 'late.Key' } as const;
    const down = { url: `http://127.0.0.1:${await freePort()}`, deliveryTimeoutMs: 300 };
    await expect(client(down).id(of, recordOf('Key', 'int'), signal)).rejects.toMatchObject({
      code: 'SINK_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const silent = http.createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const slow = { url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, requestTimeoutMs: 100 };
    await expect(client({ ...down, ...slow }).id(of, recordOf('Key', 'int'), signal)).rejects.toMatchObject({
      code: 'SINK_UNREACHABLE',
      message: expect.stringContaining('no answer within 100 ms'),
    });
    silent.close();
    silent.closeAllConnections();
  });
});
