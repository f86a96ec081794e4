/**
 * A proxy in front of a MySQL of today for clients that know the words of old: SHOW MASTER STATUS is gone since 8.4.
 *
 *   packet: length u24 little-endian, sequence u8, payload
 *   query: COM_QUERY u8 (3), text
 */
import { once } from 'node:events';
import net from 'node:net';
import type { DatabaseAddress } from '../../servers/database.js';

const HEAD_BYTES = 4;
const COM_QUERY = 3;
const OLD = /^\s*show master status\s*$/i;
const NEW = 'SHOW BINARY LOG STATUS';

export interface OldWords extends AsyncDisposable {
  readonly address: DatabaseAddress;
}

export async function oldWords(server: DatabaseAddress): Promise<OldWords> {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((client) => {
    const target = net.connect(server.port, server.host);
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, target].forEach((each) => void each.destroy()));
    }
    let rest = Buffer.alloc(0);
    client.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = packetEnd(rest); end <= rest.length; end = packetEnd(rest)) {
        target.write(translated(rest.subarray(0, end)));
        rest = rest.subarray(end);
      }
    });
    target.pipe(client);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as net.AddressInfo;
  return {
    address: { ...server, host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

const packetEnd = (bytes: Buffer): number =>
  bytes.length < HEAD_BYTES ? Number.POSITIVE_INFINITY : HEAD_BYTES + bytes.readUIntLE(0, 3);

function translated(packet: Buffer): Buffer {
  if (packet[HEAD_BYTES] !== COM_QUERY || !OLD.test(packet.toString('latin1', HEAD_BYTES + 1))) return packet;
  const payload = Buffer.concat([Buffer.of(COM_QUERY), Buffer.from(NEW)]);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntLE(payload.length, 0, 3);
  return Buffer.concat([head, payload]);
}
