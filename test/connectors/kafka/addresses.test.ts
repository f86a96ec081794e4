import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Writer } from '../../../connectors/kafka/protocol/writer.js';
import { freePort } from '../../servers/ports.js';
import { signal, sinkWith } from './workload.js';

const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Something that listens but is no broker. */
async function listen(onConnection: (socket: net.Socket) => void): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

async function opening(options: object): Promise<unknown> {
  const sink = sinkWith(options);
  try {
    await sink.open(undefined, signal);
    return null;
  } catch (error) {
    return error;
  } finally {
    await sink.close();
  }
}

describe('opening fails with a name and a hint', () => {
  it('when no broker is there, at once', async () => {
    const broker = `127.0.0.1:${await freePort()}`;
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_UNREACHABLE',
      retryable: true,
      message: `Kafka broker ${broker} cannot be reached: ECONNREFUSED`,
      hint: expect.stringContaining('Is the broker running'),
    });
  });

  it('when none of several is there: all are named', async () => {
    const brokers = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    expect(await opening({ brokers })).toMatchObject({
      message: expect.stringMatching(new RegExp(`none of the Kafka brokers answers: .*${brokers[0]}.*${brokers[1]}`)),
    });
  });

  it('when the host name does not exist', async () => {
    expect(await opening({ brokers: ['no-such-host.invalid:9092'] })).toMatchObject({
      code: 'SINK_UNREACHABLE',
      hint: expect.stringContaining('host name'),
    });
  });

  it('when the port closes the connection, as TLS and SASL ports do to a plain client', async () => {
    const broker = await listen((socket) => socket.once('data', () => socket.destroy()));
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_UNREACHABLE',
      message: `Kafka broker ${broker} closed the connection`,
      hint: expect.stringContaining('only sees the connection closed on a port that wants TLS or a login'),
    });
  });

  it('when the port answers with a TLS alert', async () => {
    const broker = await listen((socket) => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 0x50])));
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_REFUSED',
      hint: 'It is a TLS listener: set the option ssl.',
    });
  });

  it('when it is a web server', async () => {
    const broker = await listen((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining(`Kafka broker ${broker}: what answers there is not a plain Kafka listener`),
    });
  });

  it('when nobody answers in time', async () => {
    const broker = await listen(() => undefined);
    expect(await opening({ brokers: [broker], connectTimeoutMs: 1_000 })).toMatchObject({
      code: 'SINK_UNREACHABLE',
      retryable: true,
      message: `Kafka broker ${broker} did not answer ApiVersions within 1000 ms`,
    });
  });

  it('when it is a SASL port, which answers the first request and closes at the next', async () => {
    const apis = [0, 3, 18, 22, 61].map((key) => ({ key, max: 99 }));
    const broker = await listen((socket) => {
      socket.once('data', (request) => {
        socket.write(apiVersions(request, apis));
        socket.once('data', () => socket.destroy());
      });
    });
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_UNREACHABLE',
      message: `Kafka broker ${broker} closed the connection`,
      hint: expect.stringContaining('a port that wants TLS or a login'),
    });
  });

  it('when the broker is too old: the request that it lacks is named', async () => {
    const apis = [0, 3, 18, 22].map((key) => ({ key, max: 99 }));
    const broker = await listen((socket) => socket.once('data', (request) => socket.write(apiVersions(request, apis))));
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringMatching(/it needs DescribeProducers 0, the broker does not know it/),
      hint: expect.stringContaining('2.8'),
    });
  });

  it('when what answers mixes up its answers', async () => {
    const apis = [0, 3, 18, 22, 61].map((key) => ({ key, max: 99 }));
    const broker = await listen((socket) =>
      socket.once('data', (request) => {
        request.writeInt32BE(77, 8);
        socket.write(apiVersions(request, apis));
      }),
    );
    expect(await opening({ brokers: [broker] })).toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining('it answered request 77, which is not the next one'),
    });
  });
});

/** The answer to `request`, of a broker that speaks versions 0 to `max` of these. */
function apiVersions(request: Buffer, apis: readonly { key: number; max: number }[]): Buffer {
  const body = new Writer()
    .i32(request.readInt32BE(8))
    .i16(0)
    .unsignedVarint(apis.length + 1);
  for (const { key, max } of apis) body.i16(key).i16(0).i16(max).noTags();
  body.i32(0).noTags();
  return Buffer.concat([new Writer().i32(body.length).bytes, body.bytes]);
}

it('opening can be given up', async () => {
  const broker = await listen(() => undefined);
  const stop = new AbortController();
  const sink = sinkWith({ brokers: [broker] });
  const open = sink.open(undefined, stop.signal);
  stop.abort(new Error('stop'));
  await expect(open).rejects.toThrow('stop');
  await sink.close();
});
