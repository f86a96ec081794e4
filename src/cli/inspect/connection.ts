import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { RowtideError } from '../../core/errors.js';
import { Secret } from '../../mysql/secret.js';
import { isLoopback, parseServerUrl, readTls, type ServerAddress, type TlsSettings } from '../../mysql/url.js';
import { passwordOf } from '../password.js';
import type { InspectOptions } from './options.js';
import { NOT_FOR_SERVERS } from './unheeded.js';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 3306;
/** Where the servers' packages put it; the tools have one of these built in. */
const SOCKETS = ['/var/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock'];

/** The server of a URL, or of the options; what the URL leaves open, the options say. Throws USAGE and CONFIG_INVALID. */
export async function serverAddress(
  url: string | null,
  options: InspectOptions,
  env: Environment,
): Promise<ServerAddress> {
  const unheeded = NOT_FOR_SERVERS.find((option) => Object.hasOwn(options, option.attributeName()));
  if (unheeded !== undefined) throw new RowtideError('USAGE', `${unheeded.long} cannot be chosen for a connection`);
  const address = url === null ? addressOf(options, env) : completed(url, options);
  const { passwordFile, askPassword: prompt = false } = options;
  // An empty password is one, too: as in the tools, MYSQL_PWD is for where none is given.
  const rest = options.password === undefined ? env : {};
  const password = await passwordOf(address, { passwordFile, prompt, env: rest });
  return password === undefined ? address : { ...address, password: new Secret(password) };
}

function addressOf(options: InspectOptions, env: Environment): ServerAddress {
  const host = options.host || 'localhost';
  const socket = socketOf(host, options, env);
  return {
    host,
    port: options.port || Number(env.MYSQL_TCP_PORT || 0) || DEFAULT_PORT,
    socket,
    user: options.user ?? userInfo().username,
    password: new Secret(options.password ?? ''),
    database: '',
    tls: tlsOf(options, socket !== null || isLoopback(host)),
  };
}

/** As in the tools: `localhost` is the socket, any other name is not, unless --protocol says otherwise. */
function socketOf(host: string, options: InspectOptions, env: Environment): string | null {
  const isForced = protocolOf(options) === 'socket';
  const isExcluded = protocolOf(options) === 'tcp' || (options.port !== undefined && options.socket === undefined);
  if (!isForced && (host !== 'localhost' || isExcluded)) return null;
  const socket = options.socket ?? env.MYSQL_UNIX_PORT ?? SOCKETS.find((path) => existsSync(path)) ?? null;
  if (socket !== null || !isForced) return socket;
  throw new RowtideError('USAGE', 'the server’s socket is in none of the usual places', {
    hint: 'Name it by --socket.',
  });
}

function protocolOf({ protocol }: InspectOptions): 'tcp' | 'socket' | null {
  if (protocol === undefined) return null;
  const wanted = protocol.toLowerCase();
  for (const known of ['tcp', 'socket'] as const) if (wanted !== '' && known.startsWith(wanted)) return known;
  throw new RowtideError('USAGE', `--protocol=${protocol}: it is tcp or socket`);
}

function completed(url: string, options: InspectOptions): ServerAddress {
  const address = parseServerUrl(url);
  const { username, port, searchParams } = new URL(url);
  const saysTls = [...searchParams.keys()].some((name) => name.startsWith('ssl-'));
  return {
    ...address,
    password: address.password.reveal() === '' ? new Secret(options.password ?? '') : address.password,
    user: username === '' ? (options.user ?? address.user) : address.user,
    port: port === '' ? options.port || address.port : address.port,
    tls: saysTls ? address.tls : tlsOf(options, address.socket !== null || isLoopback(address.host)),
  };
}

/** `preferred` is what happens anyway: what leaves the machine is encrypted. MariaDB's tools have switches. */
function tlsOf(options: InspectOptions, local: boolean): TlsSettings {
  const said = options.sslMode?.toLowerCase().replaceAll('_', '-');
  const mode = said === undefined || said === 'preferred' ? modeOfSwitches(options) : said;
  const parameters = {
    'ssl-mode': mode,
    'ssl-ca': options.sslCa,
    'ssl-cert': options.sslCert,
    'ssl-key': options.sslKey,
  };
  const given = Object.entries(parameters).filter((each): each is [string, string] => each[1] !== undefined);
  return readTls(new Map(given), local);
}

function modeOfSwitches({ ssl, sslVerifyServerCert }: InspectOptions): string | undefined {
  if (ssl === false) return 'disabled';
  if (sslVerifyServerCert === true) return 'verify-identity';
  return ssl === true ? 'required' : undefined;
}
