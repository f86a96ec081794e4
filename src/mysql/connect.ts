import { readFile } from 'node:fs/promises';
import { connect as connectSocket, type OnReadOpts, type Socket } from 'node:net';
import mysql from 'mysql2/promise';
import { RowtideError } from '../core/errors.js';
import { serverError } from './errors.js';
import { placeOf, type ServerAddress, type TlsSettings } from './url.js';

/** Values as the driver gives them: numbers up to 32 bits; BIGINT, decimals and dates as text. */
export type SqlValue = string | number | null | Buffer;

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;

/**
 * A connection for questions: utf8mb4, UTC, and no sql_mode that changes what a query means. Errors are RowtideErrors
 * that name the server.
 */
export class Connection {
  readonly address: ServerAddress;
  readonly #driver: mysql.Connection;
  readonly #signal: AbortSignal;
  readonly #release: () => void;

  private constructor(
    address: ServerAddress,
    driver: mysql.Connection,
    until: { signal: AbortSignal; release: () => void },
  ) {
    this.address = address;
    this.#driver = driver;
    this.#signal = until.signal;
    this.#release = until.release;
  }

  /** Aborting `signal` ends the connection, also later; what is asked then fails with its reason. */
  static async open(address: ServerAddress, signal: AbortSignal): Promise<Connection> {
    const { driver, release } = await openDriver(address, signal);
    const connection = new Connection(address, driver, { signal, release });
    try {
      await connection.query("SET time_zone = '+00:00', sql_mode = ''");
      return connection;
    } catch (error) {
      release();
      driver.destroy();
      throw error;
    }
  }

  /** Rows as arrays, so that no column name can get in the way. `values` replace `?` on the server, never in the text. */
  async query<T extends readonly SqlValue[] = readonly SqlValue[]>(
    sql: string,
    values: readonly SqlValue[] = [],
  ): Promise<T[]> {
    try {
      const [rows] =
        values.length === 0
          ? await this.#driver.query({ sql, rowsAsArray: true })
          : await this.#driver.execute({ sql, values: [...values], rowsAsArray: true });
      return Array.isArray(rows) ? (rows as unknown as T[]) : [];
    } catch (error) {
      throw this.#signal.aborted ? abortError(this.#signal) : serverError(withoutSql(error), this.address);
    }
  }

  async close(): Promise<void> {
    this.#release();
    await this.#driver.end().catch(() => this.#driver.destroy());
  }
}

/** A connection as mysql2 opens it, which ends when `signal` aborts, until `release` is called. */
export async function openDriver(
  address: ServerAddress,
  signal: AbortSignal,
  more: Partial<DriverOptions> = {},
): Promise<{ driver: mysql.Connection; release: () => void }> {
  signal.throwIfAborted();
  const options = await driverOptions(address);
  const socket = options.stream();
  const abort = (): void => void socket.destroy(abortError(signal));
  const release = (): void => signal.removeEventListener('abort', abort);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const driver = await mysql.createConnection({ ...options, ...more, stream: () => socket });
    // A connection that breaks between two questions fails the next one; nobody else needs to hear of it.
    driver.on('error', () => undefined);
    return { driver, release };
  } catch (error) {
    release();
    socket.destroy();
    throw signal.aborted ? abortError(signal) : serverError(error, address);
  }
}

/** The driver repeats the statement in its errors, and a statement may hold a password or a row. */
function withoutSql(error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { sql: undefined }) : error;
}

export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

/** Opens a connection for the time of `use`. */
export async function withConnection<T>(
  address: ServerAddress,
  signal: AbortSignal,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.open(address, signal);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** What mysql2, and zongji through it, is told to open a connection. */
export interface DriverOptions {
  readonly host: string;
  readonly port: number;
  readonly socketPath?: string;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
  readonly ssl?: mysql.SslOptions;
  readonly stream: () => Socket;
  readonly connectTimeout: number;
  readonly flags: string[];
  readonly multipleStatements?: boolean;
  readonly disableEval: boolean;
  readonly supportBigNumbers: boolean;
  readonly bigNumberStrings: boolean;
  readonly dateStrings: boolean;
  readonly maxPreparedStatements: number;
}

export async function driverOptions(address: ServerAddress): Promise<DriverOptions> {
  const ssl = await tlsOptions(address);
  return {
    host: address.host,
    port: address.port,
    ...(address.socket === null ? {} : { socketPath: address.socket }),
    user: address.user,
    password: address.password.reveal(),
    ...(address.database === '' ? {} : { database: address.database }),
    ...(ssl === undefined ? {} : { ssl }),
    stream: () => openSocket(address),
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A hostile server may answer any question by asking for a local file.
    flags: ['-LOCAL_FILES'],
    // Row readers made of source text would have the server's column names in it.
    disableEval: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    // The driver makes room for 16,000 unless told otherwise: half a MiB for each connection, and many are short.
    maxPreparedStatements: 64,
  };
}

/**
 * Our own socket, for one field: Node checks a certificate against the host that the socket was opened for, which it
 * notes only for names. For an address it would check `localhost` instead.
 */
export function openSocket({ socket, host, port }: ServerAddress, onread?: OnReadOpts): Socket {
  const place = socket === null ? { host, port } : { path: socket };
  const opened = connectSocket(onread === undefined ? place : { ...place, onread });
  opened.setNoDelay(true);
  opened.setKeepAlive(true, KEEP_ALIVE_MS);
  return Object.assign(opened, { _host: host });
}

async function tlsOptions(address: ServerAddress): Promise<mysql.SslOptions | undefined> {
  const { tls } = address;
  if (tls.mode === 'disabled') return undefined;
  const [ca, cert, key] = await Promise.all([read(address, tls.ca), read(address, tls.cert), read(address, tls.key)]);
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: tls.mode !== 'required',
    verifyIdentity: tls.mode === 'verify-identity',
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}

async function read(address: ServerAddress, path: TlsSettings['ca']): Promise<string | null> {
  if (path === null) return null;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new RowtideError('CONFIG_INVALID', `${placeOf(address)}: ${path}: ${(error as Error).message}`, {
      hint: 'ssl-ca, ssl-cert and ssl-key are paths of PEM files.',
      cause: error,
    });
  }
}
