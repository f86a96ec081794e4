import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listening } from '../../src/daemon/listening.js';
import { silent } from '../connectors/replica/replicating.js';

test('a listener to which somebody cannot connect warns, and goes on', async () => {
  const warnings: string[] = [];
  const log = { ...silent, warn: (_: object, message: string) => void warnings.push(message) };
  const server = createServer();
  await listening(server, { host: '127.0.0.1', port: 0 }, { key: 'http.listen', log });
  try {
    // As Node says it when accept finds no file handle left.
    server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect(warnings).toEqual(['http.listen: somebody could not connect']);
    expect(server.listening).toBe(true);
  } finally {
    server.close();
  }
});
