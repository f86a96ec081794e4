import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KafkaNode, startKafka } from '../../servers/kafka.js';
import { freePort } from '../../servers/ports.js';
import { needs } from '../../servers/suite.js';
import { signal, sinkWith, Workload } from './workload.js';

const TLS_HANDSHAKE = 0x16;

needs('own').describe('the Kafka sink over TLS', () => {
  const file = (name: string): Promise<string> => readFile(new URL(`tls/${name}`, import.meta.url), 'utf8');
  let certificate: string;
  let kafka: KafkaNode;
  let secure: tls.Server;
  /** What the broker advertises: TLS for those who speak it, and plain for the check that the broker is up. */
  let advertised: net.Server;
  let broker: string;
  beforeAll(async () => {
    const port = await freePort();
    certificate = await file('certificate.pem');
    secure = tls.createServer({ key: await file('key.pem'), cert: certificate }, (client) => forward(client, port));
    secure.on('tlsClientError', () => undefined);
    advertised = net.createServer((client) => {
      client.on('error', () => undefined);
      client.once('data', (chunk: Buffer) => {
        client.pause().unshift(chunk);
        if (chunk[0] === TLS_HANDSHAKE) secure.emit('connection', client);
        else forward(client, port);
      });
    });
    advertised.listen(0, '127.0.0.1');
    await once(advertised, 'listening');
    const advertisedPort = (advertised.address() as net.AddressInfo).port;
    broker = `127.0.0.1:${advertisedPort}`;
    kafka = await startKafka({
      port,
      properties: { 'advertised.listeners': `PLAINTEXT://localhost:${advertisedPort}` },
    });
  });
  afterAll(async () => {
    await kafka.remove();
    advertised.close();
  });

  it('writes when the authority is known', async () => {
    const sink = sinkWith({ brokers: [broker], topic: 'tls', ssl: { ca: certificate } });
    await sink.open(undefined, signal);
    await new Workload(sink, 'tls').write(10_000);
    await sink.close();
  });

  it('is refused by name when the authority is not known', async () => {
    const sink = sinkWith({ brokers: [broker], ssl: true });
    await expect(sink.open(undefined, signal)).rejects.toMatchObject({
      code: 'SINK_REFUSED',
      message: expect.stringContaining(`the certificate of Kafka broker ${broker} is refused`),
      hint: expect.stringContaining('ssl.ca'),
    });
    await sink.close();
  });

  it('says so when the listener is a plain one', async () => {
    const sink = sinkWith({ brokers: kafka.brokers, ssl: true });
    await expect(sink.open(undefined, signal)).rejects.toMatchObject({
      code: 'SINK_UNREACHABLE',
      hint: 'The option ssl is set: is this a TLS listener?',
    });
    await sink.close();
  });

  it('says so when the client is a plain one', async () => {
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const sink = sinkWith({ brokers: [`127.0.0.1:${(secure.address() as net.AddressInfo).port}`] });
    await expect(sink.open(undefined, signal)).rejects.toMatchObject({ hint: expect.stringContaining('TLS') });
    await sink.close();
    secure.close();
  });
});

function forward(client: net.Socket, port: number): void {
  const broker = net.connect(port, '127.0.0.1');
  for (const socket of [client, broker]) socket.on('error', () => undefined);
  client.pipe(broker).pipe(client);
}
