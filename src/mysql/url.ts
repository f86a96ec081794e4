import { isIP } from 'node:net';
import { RowtideError } from '../core/errors.js';
import { Secret } from './secret.js';

/**
 * How a connection is protected.
 *   disabled: not at all; required: encrypted, but nobody knows by whom; verify-ca: the certificate comes from a trusted
 *   authority; verify-identity: and names the host. None of them ever falls back to a weaker one.
 */
export type TlsMode = 'disabled' | 'required' | 'verify-ca' | 'verify-identity';

export interface TlsSettings {
  readonly mode: TlsMode;
  /** Paths of PEM files. Without `ca`, the authorities that Node trusts. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
}

/** Where a server is and who asks. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Path of a Unix socket; host and port do not matter then. */
  readonly socket: string | null;
  readonly user: string;
  readonly password: Secret;
  /** Empty: none is chosen. */
  readonly database: string;
  readonly tls: TlsSettings;
}

const MODES: readonly string[] = ['disabled', 'required', 'verify-ca', 'verify-identity'] satisfies TlsMode[];
const PARAMETERS = ['ssl-mode', 'ssl-ca', 'ssl-cert', 'ssl-key', 'socket'];
const EXAMPLE = 'A server is written as mysql://user@host:3306/?ssl-mode=verify-identity&ssl-ca=/path/ca.pem.';

/**
 * Reads `mysql://[user[:password]@]host[:port]/[database][?ssl-mode=…&ssl-ca=…&ssl-cert=…&ssl-key=…&socket=…]`, also
 * with `mariadb:`. A password given apart beats the one in the URL. Without ssl-mode, what leaves the machine is
 * encrypted. Throws CONFIG_INVALID; no message repeats the URL, which may hold the password.
 */
export function parseServerUrl(text: string, options: { password?: string } = {}): ServerAddress {
  const url = parse(text);
  const parameters = readParameters(url);
  const host = decode(url.hostname, 'host').replace(/^\[(.*)\]$/, '$1') || 'localhost';
  const socket = parameters.get('socket') ?? null;
  return {
    host,
    port: url.port === '' ? 3306 : Number(url.port),
    socket,
    user: decode(url.username, 'user') || 'root',
    password: new Secret(options.password ?? decode(url.password, 'password')),
    database: decode(url.pathname.replace(/^\//, ''), 'database'),
    tls: readTls(parameters, socket !== null || isLoopback(host)),
  };
}

/** `host:port` or the socket's path: how messages name a server. */
export function placeOf(address: ServerAddress): string {
  if (address.socket !== null) return address.socket;
  return isIP(address.host) === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function parse(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalid('not the URL of a server', EXAMPLE);
  }
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:') {
    throw invalid(`a URL of ${url.protocol} where mysql: is expected`, EXAMPLE);
  }
  if (url.hash !== '') throw invalid('a server’s URL has no part after #', 'Write # in a password as %23.');
  return url;
}

function readParameters(url: URL): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!PARAMETERS.includes(name)) {
      throw invalid(`a server’s URL has no parameter ${name}`, `It knows ${PARAMETERS.join(', ')}.`);
    }
    if (parameters.has(name)) throw invalid(`${name} is given twice in a server’s URL`, 'Leave one of them.');
    if (value === '') throw invalid(`${name} is empty in a server’s URL`, 'Give it a value, or leave it away.');
    parameters.set(name, value);
  }
  return parameters;
}

/**
 * `ssl-mode` and its kin; `local`: the connection does not leave this machine. Throws CONFIG_INVALID where they
 * contradict each other.
 */
export function readTls(parameters: ReadonlyMap<string, string>, local: boolean): TlsSettings {
  const [ca, cert, key] = ['ssl-ca', 'ssl-cert', 'ssl-key'].map((name) => parameters.get(name) ?? null) as [
    string | null,
    string | null,
    string | null,
  ];
  const text = parameters.get('ssl-mode') ?? (ca !== null ? 'verify-ca' : local ? 'disabled' : 'required');
  const mode = MODES.includes(text) ? (text as TlsMode) : null;
  if (mode === null) {
    const why = text === 'preferred' ? ' preferred would fall back to plain text without a word.' : '';
    throw invalid(`ssl-mode=${text} for a server`, `It is one of ${MODES.join(', ')}.${why}`);
  }
  if (ca !== null && (mode === 'disabled' || mode === 'required')) {
    throw invalid(`ssl-ca with ssl-mode=${mode}, which does not look at it`, 'Use verify-ca or verify-identity.');
  }
  if ((cert === null) !== (key === null)) {
    throw invalid('ssl-cert and ssl-key belong together', 'Give both or none of them.');
  }
  if (cert !== null && mode === 'disabled') {
    throw invalid('ssl-cert with ssl-mode=disabled', 'A client’s certificate needs an encrypted connection.');
  }
  return { mode, ca, cert, key };
}

/** What stays on this machine needs no encryption. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`the ${what} in a server’s URL is not percent-encoded UTF-8`, 'Write % as %25.');
  }
}

function invalid(message: string, hint: string): RowtideError {
  return new RowtideError('CONFIG_INVALID', message, { hint });
}
