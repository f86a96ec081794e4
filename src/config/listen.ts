import { RowtideError } from '../core/errors.js';

/** Where a server of ours waits for connections. Port 0 is any that is free. */
export interface Listen {
  /** An address or a name, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; a bare port is one of the loopback interface. */
export function parseListen(text: string): Listen {
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== '' && Number(port) <= 65_535) return { host: bracketed ?? plain ?? '127.0.0.1', port: Number(port) };
  throw new RowtideError('USAGE', `not a place to listen on: ${JSON.stringify(text)}`, {
    hint: 'It is an address and a port, like 127.0.0.1:8080 or [::1]:8080.',
  });
}
