import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, reset, startProxy } from './proxy.js';

let echo: net.Server;
let proxy: FaultProxy;

beforeEach(async () => {
  echo = net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startProxy({ target: { port: (echo.address() as net.AddressInfo).port } });
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

/** Sends and collects until the connection ends, however it ends. */
function exchange(sent: string | Buffer): { received: () => string; ended: Promise<string>; socket: net.Socket } {
  const socket = net.connect(proxy.port, '127.0.0.1');
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
  socket.write(sent);
  return { received: () => received, ended, socket };
}

test('passes both directions, and the end', async () => {
  const { received, ended, socket } = exchange('hello');
  await once(socket, 'data');
  expect(proxy.connections).toBe(1);
  socket.end(' again');
  expect(await ended).toBe('closed');
  expect(received()).toBe('hello again');
});

test('resets what is open', async () => {
  const { ended, socket } = exchange('hello');
  await once(socket, 'data');
  proxy.cutAll();
  expect(await ended).toBe('ECONNRESET');
});

test('closes what it is to reset in the moment of its end', async () => {
  const socket = net.connect(proxy.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end('the last words');
  reset(socket);
  await once(socket, 'close');
  expect(socket.closed).toBe(true);
});

test('cuts after exactly so many bytes from the server, once', async () => {
  proxy.cutAfterBytes(1000);
  const cut = exchange(Buffer.alloc(5000, 'x'));
  await cut.ended;
  expect(cut.received()).toHaveLength(1000);
  const next = exchange('whole');
  await once(next.socket, 'data');
  expect(next.received()).toBe('whole');
});

test('cuts where its plan says, in either direction, and counts it', async () => {
  proxy.plan = () => ({ direction: 'request', afterBytes: 700 });
  const cut = exchange(Buffer.alloc(5000, 'x'));
  await cut.ended;
  expect(cut.received().length).toBeLessThanOrEqual(700);
  expect(proxy.cuts).toBe(1);
});

test('cuts an open connection after exactly so many more bytes', async () => {
  const { received, socket } = exchange('hello');
  await once(socket, 'data');
  const cut = proxy.cutOpenAfterBytes(3);
  socket.write(' again');
  await cut;
  await once(socket, 'close');
  expect(received()).toBe('hello ag');
});

test('swallows everything, then goes on', async () => {
  proxy.blackHole(true);
  const { received, socket } = exchange('hello');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(received()).toBe('');
  proxy.blackHole(false);
  await once(socket, 'data');
  expect(received()).toBe('hello');
});

test('slows down', async () => {
  proxy.throttle(100_000);
  const start = performance.now();
  const { received, ended, socket } = exchange(Buffer.alloc(20_000, 'x'));
  socket.end();
  await ended;
  expect(received()).toHaveLength(20_000);
  expect(performance.now() - start).toBeGreaterThan(190);
});

test('refuses, and serves again on the same port', async () => {
  await proxy.refuse(true);
  expect(await exchange('hello').ended).toBe('ECONNREFUSED');
  await proxy.refuse(false);
  const { received, socket } = exchange('hello');
  await once(socket, 'data');
  expect(received()).toBe('hello');
});
