import { RowtideError } from 'rowtide';

/** Where a broker listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/;

/** `host:port`, or `[v6]:port`. */
export function parseAddress(text: string): Address {
  const match = HOST_AND_PORT.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new RowtideError('CONFIG_INVALID', `not a broker's address: ${JSON.stringify(text)}`, {
      hint: 'Write host:port, an IPv6 host in brackets: [::1]:9092.',
    });
  }
  return { host: match[1] ?? match[2] ?? '', port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
