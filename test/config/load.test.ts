import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { RowtideError } from '../../src/core/errors.js';
import { Secret } from '../../src/mysql/secret.js';

const connectors: Record<string, { options: z.ZodType }> = {
  kafka: {
    options: z.strictObject({
      brokers: z.array(z.string()).min(1),
      topic: z.string().default('{schema}.{table}'),
      timeoutMs: z.int().default(30_000),
      ssl: z.boolean().default(false),
    }),
  },
  stdout: { options: z.strictObject({}) },
};

const files: Record<string, string> = { '/run/secrets/db1': 'pa:ss$word\n', '/etc/num': '0123' };

function load(text: string, env: Record<string, string> = {}) {
  return loadConfig({
    file: '/etc/rowtide/rowtide.yaml',
    env,
    readFile: (path) => {
      const content = path === '/etc/rowtide/rowtide.yaml' ? text : files[path];
      if (content === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return content;
    },
    connector: async (name) => {
      const connector = connectors[name];
      if (connector === undefined) throw new RowtideError('CONFIG_INVALID', `no connector is called ${name}`);
      return connector;
    },
  });
}

async function problemsOf(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const error = await load(text, env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RowtideError)) throw error ?? new Error('the configuration was accepted');
  expect(error.code).toBe('CONFIG_INVALID');
  return error.message.split('\n');
}

const SHOP = `state: ./state                      # checkpoints, spool, control socket
pipelines:
  shop-to-kafka:
    source: { url: "mysql://cdc@db1:3306", password: "\${file:/run/secrets/db1}" }
    transform: { include: ["shop.*"], exclude: ["shop.tmp_*"] }
    sink: { kafka: { brokers: ["kafka:9092"] } }
`;

describe('where the daemon listens', () => {
  const http = async (listen: string) => (await load(`http: { listen: "${listen}" }\n${SHOP}`)).http;

  test('is nowhere unless it is said', async () => {
    expect((await load(SHOP)).http).toBeNull();
  });

  test('is an address and a port, or a port of the loopback interface', async () => {
    expect(await http('127.0.0.1:8080')).toEqual({ listen: { host: '127.0.0.1', port: 8080 }, hosts: [] });
    expect(await http('[::1]:8080')).toMatchObject({ listen: { host: '::1', port: 8080 } });
    expect(await http('9100')).toMatchObject({ listen: { host: '127.0.0.1', port: 9100 } });
    for (const wrong of ['::1:8080', 'db1', '127.0.0.1:70000']) {
      const [problem] = await problemsOf(`http: { listen: "${wrong}" }\n${SHOP}`);
      expect(problem).toMatch(/^\S+:1:\d+ http.listen: not a place to listen on/);
    }
  });
});

describe('a configuration that is right', () => {
  test('comes out typed, with defaults filled in and the state folder beside the file', async () => {
    const config = await load(SHOP);
    expect(config.stateDir).toBe('/etc/rowtide/state');
    const [pipeline] = config.pipelines;
    expect(pipeline).toMatchObject({
      name: 'shop-to-kafka',
      source: {
        kind: 'server',
        address: { host: 'db1', port: 3306, user: 'cdc' },
        from: { kind: 'now' },
        schema: 'auto',
      },
      transform: { include: ['shop.*'], exclude: ['shop.tmp_*'] },
      sink: { name: 'kafka', options: { brokers: ['kafka:9092'], topic: '{schema}.{table}', timeoutMs: 30_000 } },
    });
  });

  test('holds a password that nothing prints, and names it as a text to keep out of logs', async () => {
    const config = await load(SHOP);
    const source = config.pipelines[0]?.source;
    if (source?.kind !== 'server') throw new Error('expected a server');
    expect(source.address.password).toBeInstanceOf(Secret);
    expect(source.address.password.reveal()).toBe('pa:ss$word');
    expect(`${String(source.address.password)} ${JSON.stringify(source)} ${inspect(source)}`).not.toContain('pa:ss');
    expect(config.secrets).toEqual(['pa:ss$word']);
  });

  test('takes many sources in place of one: a pipeline each, alike in all else', async () => {
    const config = await load(`
pipelines:
  shop:
    sources: { east: { url: mysql://east, from: beginning }, west: { files: [w.000001] } }
    transform: { include: ["shop.*"] }
    sink: { stdout: {} }
`);
    expect(config.pipelines).toMatchObject([
      {
        name: 'shop.east',
        source: { kind: 'server', from: { kind: 'beginning' } },
        transform: { include: ['shop.*'] },
      },
      { name: 'shop.west', source: { kind: 'files' }, transform: { include: ['shop.*'] }, sink: { name: 'stdout' } },
    ]);
  });

  test('takes binlog files as a source', async () => {
    const config = await load('pipelines: { replay: { source: { files: [a.000001] }, sink: { stdout: {} } } }');
    expect(config.pipelines[0]?.source).toEqual({
      kind: 'files',
      files: ['a.000001'],
      follow: false,
      from: { kind: 'beginning' },
      schema: 'auto',
    });
  });
});

describe('references', () => {
  const withTopic = (topic: string) => `pipelines:
  p:
    source: { url: mysql://db }
    sink: { kafka: { brokers: [b], topic: "${topic}" } }
`;
  const topicOf = async (topic: string, env: Record<string, string> = {}) => {
    const [pipeline] = (await load(withTopic(topic), env)).pipelines;
    return (pipeline?.sink.options as { topic: string } | undefined)?.topic;
  };

  test.each([
    [`\${env:TOPIC}`, { TOPIC: 'orders' }, 'orders'],
    [`a-\${env:TOPIC:-none}-z`, {}, 'a-none-z'],
    [`\${env:TOPIC:-none}`, { TOPIC: '' }, 'none'],
    [`$\${env:TOPIC} costs $$5`, {}, `\${env:TOPIC} costs $5`],
    [`\${file:/etc/num}`, {}, '0123'],
    ['a $ alone and {schema}', {}, 'a $ alone and {schema}'],
  ])('%s', async (text, env, expected) => {
    expect(await topicOf(text, env as Record<string, string>)).toBe(expected);
  });

  test('their value is not read for references again', async () => {
    expect(await topicOf(`\${env:A}`, { A: `\${env:B}`, B: 'no' })).toBe(`\${env:B}`);
  });

  test('stand for numbers and switches where those are wanted', async () => {
    const text = `pipelines:
  p:
    source: { url: mysql://db, serverId: "\${env:ID}" }
    sink: { kafka: { brokers: [b], timeoutMs: "\${env:MS}", ssl: "\${env:SSL}" } }
`;
    const [pipeline] = (await load(text, { ID: '77', MS: '500', SSL: 'true' })).pipelines;
    expect(pipeline).toMatchObject({ source: { serverId: 77 }, sink: { options: { timeoutMs: 500, ssl: true } } });
    expect(await problemsOf(text, { ID: 'x', MS: '500', SSL: 'true' })).toEqual([
      '/etc/rowtide/rowtide.yaml:3:42 pipelines.p.source.serverId: Invalid input: expected number, received string',
    ]);
  });

  test('that cannot be had are named at their place', async () => {
    expect(await problemsOf(withTopic(`\${env:NOPE} \${file:/nope} \${oops}`))).toEqual([
      '/etc/rowtide/rowtide.yaml:4:43 pipelines.p.sink.kafka.topic: the environment variable NOPE is not set',
    ]);
    expect(await problemsOf(withTopic(`\${file:/nope}`))).toEqual([
      "/etc/rowtide/rowtide.yaml:4:43 pipelines.p.sink.kafka.topic: cannot read /nope: ENOENT: no such file, open '/nope'",
    ]);
    expect(await problemsOf(withTopic(`\${oops}`))).toEqual([
      `/etc/rowtide/rowtide.yaml:4:43 pipelines.p.sink.kafka.topic: \${oops} is neither \${env:NAME} nor \${file:/path}; write $$ for a dollar sign`,
    ]);
  });
});

describe('a configuration that is wrong', () => {
  test('is told all its problems at once, each with its place', async () => {
    const text = `stat: ./state
pipelines:
  a:
    source: { url: 5, prot: 1 }
    transform:
      include: [shop]
    sink:
      kafka: { broker: [x] }
  b:
    source: { url: mysql://db, from: yesterday }
    sink: { nope: {} }
  c:
    source: { url: mysql://db }
    sink: { kafka: {}, stdout: {} }
  "d/e":
    source: { files: [] }
    sink: { stdout: {} }
`;
    expect(await problemsOf(text)).toEqual([
      '/etc/rowtide/rowtide.yaml:1:1 stat: unknown key',
      '/etc/rowtide/rowtide.yaml:4:20 pipelines.a.source.url: Invalid input: expected string, received number',
      '/etc/rowtide/rowtide.yaml:4:23 pipelines.a.source.prot: unknown key',
      '/etc/rowtide/rowtide.yaml:6:17 pipelines.a.transform.include.0: not a table pattern: "shop". A pattern is schema.table, like shop.orders, shop.* or *.audit_?, or a /regex/.',
      '/etc/rowtide/rowtide.yaml:8:14 pipelines.a.sink.kafka.brokers: is missing',
      '/etc/rowtide/rowtide.yaml:8:16 pipelines.a.sink.kafka.broker: unknown key',
      '/etc/rowtide/rowtide.yaml:10:38 pipelines.b.source.from: not a place in a binlog: "yesterday". Give beginning, now, a GTID set (of MariaDB: 0-1-100,1-2-5), file:position (binlog.000007:1234), or a time (2026-11-20 10:15:00, with Z or +01:00 for a zone).',
      '/etc/rowtide/rowtide.yaml:11:13 pipelines.b.sink.nope: no connector is called nope',
      '/etc/rowtide/rowtide.yaml:14:11 pipelines.c.sink: exactly one sink: its name, and its options beneath',
      '/etc/rowtide/rowtide.yaml:15:3 pipelines.d/e: a pipeline is named with letters, digits, dot, dash and underscore',
    ]);
  });

  test('is not YAML', async () => {
    const [first] = await problemsOf('pipelines: {\n  a: [1, 2\n');
    expect(first).toMatch(/^\/etc\/rowtide\/rowtide\.yaml:\d+:\d+ .+/);
  });

  test('names a key twice', async () => {
    const problems = await problemsOf(
      'state: a\nstate: b\npipelines: { p: { source: { url: x }, sink: { stdout: {} } } }',
    );
    expect(problems[0]).toBe('/etc/rowtide/rowtide.yaml:2:1 Map keys must be unique');
  });

  test('has no source, or two ways to say them, or a name twice', async () => {
    const text = `pipelines:
  none: { sink: { stdout: {} } }
  both: { source: { url: mysql://a }, sources: { b: { url: mysql://b } }, sink: { stdout: {} } }
  bad: { sources: { b/c: { url: mysql://b }, d: { url: 5 } }, sink: { stdout: {} } }
`;
    const neither = 'either one source, or sources: a name for each of them';
    const place = '/etc/rowtide/rowtide.yaml';
    expect(await problemsOf(text)).toEqual([
      `${place}:2:9 pipelines.none: ${neither}`,
      `${place}:3:9 pipelines.both: ${neither}`,
      `${place}:4:21 pipelines.bad.sources.b/c: a source is named with letters, digits, dot, dash and underscore`,
      `${place}:4:56 pipelines.bad.sources.d.url: Invalid input: expected string, received number`,
    ]);
    const twice = `pipelines:
  a: { sources: { b: { url: mysql://b } }, sink: { stdout: {} } }
  a.b: { source: { url: mysql://b }, sink: { stdout: {} } }
`;
    expect(await problemsOf(twice)).toEqual([`${place}:3:3 pipelines.a.b: a source of another pipeline has that name`]);
  });

  test('is empty', async () => {
    expect(await problemsOf('')).toEqual([
      '/etc/rowtide/rowtide.yaml:1:1 Invalid input: expected object, received null',
    ]);
  });

  test('does not say the secrets in it', async () => {
    const text = `pipelines: { p: { source: { url: mysql://db, passwort: "\${file:/run/secrets/db1}" }, sink: { stdout: {} } } }`;
    expect((await problemsOf(text)).join('\n')).not.toContain('pa:ss');
  });
});
