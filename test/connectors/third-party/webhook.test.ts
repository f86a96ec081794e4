import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkpointed, type ForgetfulSink, memoryStore } from 'rowtide';
import { insertsOf, positionAfter, sinkSuite } from 'rowtide/testing';
import { describe, expect, test } from 'vitest';
import { quietLog } from '../../checkpoint/quiet.js';
import definition from './webhook.js';

interface Line {
  readonly op: string;
  readonly sql?: string;
  readonly after?: { readonly id: number };
}

const never = new AbortController().signal;

function sinkOf(url: string): ForgetfulSink {
  const sink = definition.create(definition.options.parse({ url }), { pipeline: 'test', log: quietLog() });
  if (!('state' in sink)) throw new Error('the webhook remembers no position');
  return sink;
}

async function listening(answer: () => number) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const status = answer();
        if (status === 200) bodies.push(body);
        response.writeHead(status).end();
      },
      // Whoever posts gave up.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/changes`,
    lines: (): Line[] => bodies.flatMap((body) => body.split('\n').slice(0, -1)).map((line) => JSON.parse(line)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('a connector of somebody else', () => {
  test('is what docs/connectors.md shows, in less than 60 lines', () => {
    const own = readFileSync(join(import.meta.dirname, 'webhook.ts'), 'utf8');
    const page = readFileSync(join(import.meta.dirname, '../../../docs/connectors.md'), 'utf8');
    expect(page).toContain(`\`\`\`ts\n${own}\`\`\`\n`);
    expect(own.split('\n').length).toBeLessThan(60);
  });

  sinkSuite({
    test,
    delivery: 'at-least-once',
    async make() {
      const { url, lines, close } = await listening(() => 200);
      const store = memoryStore();
      return {
        sink: () => checkpointed(sinkOf(url), store),
        forgetful: () => sinkOf(url),
        ids: async () => lines().flatMap(({ op, after }) => (op === 'insert' && after ? [after.id] : [])),
        statements: async () => lines().flatMap(({ sql }) => sql ?? []),
        close,
      };
    },
  });

  test.each([
    [503, 'SINK_UNREACHABLE', true],
    [403, 'SINK_REFUSED', false],
  ])('that is answered %i throws %s', async (status, code, retryable) => {
    const server = await listening(() => status);
    const sink = sinkOf(server.url);
    await sink.open(undefined, never);
    const batch = { transactions: [insertsOf(1, [1])], position: positionAfter(1) };
    await expect(sink.write(batch, never)).rejects.toMatchObject({ code, retryable });
    await server.close();
    await expect(sink.write(batch, never)).rejects.toMatchObject({ code: 'SINK_UNREACHABLE', retryable: true });
  });
});
