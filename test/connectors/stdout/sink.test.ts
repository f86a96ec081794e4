import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { checkpointed, jsonFormat, memoryStore } from 'rowtide';
import { insertsOf, largeTransaction, positionAfter, sinkSuite } from 'rowtide/testing';
import { describe, expect, test } from 'vitest';
import { StreamSink } from '../../../connectors/stdout/sink.js';
import { compiled } from '../../compiled.js';

const never = new AbortController().signal;
const writer = join(import.meta.dirname, 'writer.ts');

describe('the stdout sink', () => {
  sinkSuite({
    test,
    delivery: 'at-least-once',
    async make() {
      const store = memoryStore();
      const chunks: Buffer[] = [];
      const stream = new Writable({
        write(chunk, _, done) {
          chunks.push(Buffer.from(chunk));
          setImmediate(done);
        },
      });
      const lines = () =>
        Buffer.concat(chunks)
          .toString()
          .split('\n')
          .slice(0, -1)
          .map((line): { op: string; sql?: string; after?: { id: number } } => JSON.parse(line));
      return {
        sink: () => checkpointed(new StreamSink({ stream, format: jsonFormat }), store),
        ids: async () => lines().flatMap((line) => (line.op === 'insert' ? [line.after!.id] : [])),
        statements: async () => lines().flatMap((line) => line.sql ?? []),
        forgetful: () => new StreamSink({ stream, format: jsonFormat }),
      };
    },
  });

  test('waits for a reader that stands still, until it is told to give up', async () => {
    const stream = new Writable({ write() {} });
    const sink = new StreamSink({ stream, format: jsonFormat });
    await sink.open(undefined);
    const giveUp = new AbortController();
    const writing = sink.write({ transactions: [insertsOf(1, [1])], position: positionAfter(1) }, giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    await sink.close();
  });

  test('holds one chunk, however large the transaction', async () => {
    let most = 0;
    const stream = new Writable({
      write(_, __, done) {
        most = Math.max(most, stream.writableLength);
        setImmediate(done);
      },
    });
    const sink = new StreamSink({ stream, format: jsonFormat });
    await sink.open(undefined);
    await sink.write({ transactions: [largeTransaction(1, 1, 30_000)], position: positionAfter(1) }, never);
    await sink.close();
    expect(most).toBeLessThanOrEqual(1024 * 1024);
  });

  test('names the end of its reader, as `| head` makes it, and nothing else is thrown', async () => {
    const command = `"${process.execPath}" "${await compiled(writer)}" | head -n 2`;
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', `set -o pipefail; ${command}`]);
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(2);
    expect(stderr).toBe('OUTPUT_CLOSED\n');
  });

  test('writes whole lines to a slow reader', async () => {
    const child = spawn(process.execPath, [await compiled(writer), '20000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const chunk of child.stdout) text += chunk;
    const lines = text.split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).after.id)).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
  });
});
