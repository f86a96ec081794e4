import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadConfig } from '../../src/config/load.js';

function load(transform: string) {
  const text = `pipelines:
  a:
    source: { files: [x] }
    sink: { stdout: {} }
    transform:
${transform}`;
  return loadConfig({
    file: 'r.yaml',
    env: { KEY: 'sesame' },
    readFile: () => text,
    connector: async () => ({ options: z.strictObject({}) }),
  });
}

async function problemsOf(transform: string): Promise<string[]> {
  const message = await load(transform).then(
    () => '',
    (error: Error) => error.message,
  );
  return message.replaceAll('pipelines.a.transform.', '').split('\n');
}

describe('the transform of a pipeline', () => {
  test('has conditions and actions by patterns, and a key that no log shows', async () => {
    const { pipelines, secrets } = await load(`
      where: { shop.orders: total > 100, "*.audit_*": "level >= 3" }
      columns:
        mask: { shop.users.phone: "***", shop.users.born: null }
        hash: [shop.users.email]
        hashKey: "\${env:KEY}"
        truncate: { shop.orders.note: 80 }
`);
    expect(pipelines[0]?.transform).toEqual({
      include: [],
      exclude: [],
      where: { 'shop.orders': 'total > 100', '*.audit_*': 'level >= 3' },
      columns: {
        include: [],
        exclude: [],
        mask: { 'shop.users.phone': '***', 'shop.users.born': null },
        hash: ['shop.users.email'],
        hashKey: 'sesame',
        truncate: { 'shop.orders.note': 80 },
      },
    });
    expect(secrets).toContain('sesame');
  });

  test('is checked whole, each problem with its place', async () => {
    const problems = await problemsOf(`
      where:
        shop.orders: total >
        shop: total = 1
      columns:
        exclude: [shop.users]
        mask: { shop.users: "x", shop.users.phone: 5 }
        hash: [shop.users.email]
        truncate: { shop.orders.note: -1 }
        drop: []
`);
    expect(problems.map((each) => each.replace(/\. A (pattern|filter) is .*/, ''))).toEqual([
      'r.yaml:8:22 where.shop.orders: not a row filter: "total >": at character 8, a value is expected',
      'r.yaml:9:9 where.shop: not a table pattern: "shop"',
      'r.yaml:11:19 columns.exclude.0: not a column pattern: "shop.users"',
      'r.yaml:12:17 columns.mask.shop.users: not a column pattern: "shop.users"',
      'r.yaml:12:52 columns.mask.shop.users.phone: Invalid input: expected string, received number',
      'r.yaml:14:39 columns.truncate.shop.orders.note: Too small: expected number to be >=0',
      'r.yaml:15:9 columns.drop: unknown key',
    ]);
  });

  test('hashes under a key only', async () => {
    expect(await problemsOf('      columns: { hash: [shop.users.email] }')).toEqual([
      'r.yaml:6:24 columns.hash: a hashKey is needed: without one, short values are guessed from their hashes',
    ]);
  });
});
