import type mysql from 'mysql2/promise';
import { RowtideError } from '../core/errors.js';
import { abortError, openDriver, type SqlValue } from './connect.js';
import { PACKET_HEADER_BYTES, PacketError, type QueryPacket, queryPacket } from './packet-query.js';
import { sessionError } from './session-error.js';
import { placeOf, type ServerAddress } from './url.js';

export interface SessionOptions {
  /** How long a statement waits for a row or a table that others hold, in seconds. Default 10. */
  readonly lockWaitSeconds?: number;
}

export interface StatementResult {
  /** Rows that a statement found, also those that it left as they were. */
  readonly affectedRows: number;
  /** Of the transaction that it committed, in a session of MySQL with session_track_gtids=OWN_GTID. */
  readonly gtid: string | undefined;
  readonly warnings: number;
  /** Of a statement that returns rows; else empty. */
  readonly rows: readonly (readonly SqlValue[])[];
}

const LOCK_WAIT_SECONDS = 10;
const COM_QUERY = 3;

/**
 * A connection of an applier. Its session is always the same, whatever the server's own settings:
 *
 *   time_zone '+00:00', character set utf8mb4, READ COMMITTED, autocommit, no completion_type, no safe updates,
 *   sql_mode STRICT_ALL_TABLES, NO_AUTO_VALUE_ON_ZERO, ALLOW_INVALID_DATES, NO_ENGINE_SUBSTITUTION
 *
 * so that every value which a source held can be written, and none is changed in silence. Errors are SqlErrors: after
 * one with `errno` 0 nobody knows what the server did.
 */
export class Session {
  readonly address: ServerAddress;
  /** Of the connection, as KILL wants it. */
  readonly id: number;
  /** The server's max_allowed_packet: what `run` is given must be shorter. */
  readonly packetBytesMax: number;
  /** Statements that set the session as it was opened, for who changed it for a while. */
  readonly pins: readonly string[];
  readonly #driver: mysql.Connection;
  readonly #signal: AbortSignal;
  readonly #release: () => void;
  /** Of the last packet, for the next one: what lies outside of V8's heap makes it collect all of that. */
  #spare: Buffer | null = null;

  private constructor(
    driver: mysql.Connection,
    facts: Pick<Session, 'address' | 'id' | 'packetBytesMax' | 'pins'> & { signal: AbortSignal; release: () => void },
  ) {
    this.address = facts.address;
    this.id = facts.id;
    this.packetBytesMax = facts.packetBytesMax;
    this.pins = facts.pins;
    this.#driver = driver;
    this.#signal = facts.signal;
    this.#release = facts.release;
  }

  /** Aborting `signal` ends the connection, also later; what is running then fails with its reason. */
  static async open(address: ServerAddress, signal: AbortSignal, options: SessionOptions = {}): Promise<Session> {
    const { driver, release } = await open(address, signal);
    try {
      const pins = pinsOf(options);
      const results = await queryPacket(driver, packetOf([...pins, 'SELECT CONNECTION_ID(), @@max_allowed_packet']));
      const [[id, packetBytesMax] = []] = results.at(-1) as [string, string][];
      const facts = { address, signal, release, pins, id: Number(id), packetBytesMax: Number(packetBytesMax) };
      return new Session(driver, facts);
    } catch (error) {
      release();
      driver.destroy();
      throw signal.aborted ? abortError(signal) : failed(error, address);
    }
  }

  /**
   * Sends all statements in one packet and waits for all their answers: one round trip. The server stops at the first
   * that fails. Text goes as UTF-8, bytes as they are.
   */
  async run(statements: readonly (string | Buffer)[]): Promise<readonly StatementResult[]> {
    const bytes = bytesOf(statements);
    if (bytes >= this.packetBytesMax) throw tooLarge(bytes, this);
    const memory = this.#memory(PACKET_HEADER_BYTES + bytes);
    try {
      return (await queryPacket(this.#driver, packetOf(statements, memory))).map(resultOf);
    } catch (error) {
      throw this.#signal.aborted ? abortError(this.#signal) : failed(error, this.address);
    } finally {
      // It was answered, so it was read.
      if (memory.length <= SPARE_BYTES_MAX) this.#spare = memory;
    }
  }

  #memory(bytes: number): Buffer {
    const spare = this.#spare;
    this.#spare = null;
    return spare !== null && spare.length >= bytes ? spare : Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
  }

  /** The rows of one statement. */
  async query<T extends readonly SqlValue[] = readonly SqlValue[]>(sql: string): Promise<T[]> {
    const [result] = await this.run([sql]);
    return (result?.rows ?? []) as unknown as T[];
  }

  /** Ends what the session is doing, or all of it, through a connection of its own. It may have ended by itself. */
  async kill(what: 'query' | 'connection', signal: AbortSignal): Promise<void> {
    const other = await Session.open(this.address, signal);
    try {
      await other.run([`KILL ${what} ${this.id}`]);
    } catch (error) {
      if (sessionError(error, this.address, 0).errno !== NO_SUCH_THREAD) throw error;
    } finally {
      await other.close();
    }
  }

  async close(): Promise<void> {
    this.#release();
    await this.#driver.end().catch(() => this.#driver.destroy());
  }
}

const NO_SUCH_THREAD = 1094;
const SPARE_BYTES_MAX = 2 * 1024 * 1024;

async function open(address: ServerAddress, signal: AbortSignal): ReturnType<typeof openDriver> {
  try {
    // Without attributes a query is its bytes and nothing else.
    const flags = ['-LOCAL_FILES', '-CLIENT_QUERY_ATTRIBUTES'];
    return await openDriver(address, signal, { flags, multipleStatements: true });
  } catch (error) {
    if (signal.aborted || !(error instanceof RowtideError) || error.cause === undefined) throw error;
    throw sessionError(error.cause, address, 0);
  }
}

function pinsOf({ lockWaitSeconds = LOCK_WAIT_SECONDS }: SessionOptions): string[] {
  return [
    'SET NAMES utf8mb4',
    `SET SESSION time_zone = '+00:00', autocommit = 1, completion_type = 0, sql_safe_updates = 0,
      foreign_key_checks = 1, unique_checks = 1,
      sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION',
      innodb_lock_wait_timeout = ${lockWaitSeconds}, lock_wait_timeout = ${lockWaitSeconds}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
}

/** Of the command and its statements, with what ends each of them. */
function bytesOf(statements: readonly (string | Buffer)[]): number {
  return statements.reduce((bytes, statement) => bytes + Buffer.byteLength(statement) + END.length, 1);
}

function packetOf(
  statements: readonly (string | Buffer)[],
  bytes: Buffer = Buffer.allocUnsafe(PACKET_HEADER_BYTES + bytesOf(statements)),
): QueryPacket {
  let at = bytes.writeUInt8(COM_QUERY, PACKET_HEADER_BYTES);
  for (const statement of statements) {
    at += typeof statement === 'string' ? bytes.write(statement, at) : statement.copy(bytes, at);
    at += bytes.write(END, at, 'latin1');
  }
  return { bytes: bytes.subarray(0, at), statements: statements.length };
}

/** A statement may end in a comment, which ends with its line. */
const END = '\n;';

interface OkPacket {
  readonly affectedRows: number | string;
  readonly warningStatus: number;
  readonly stateChanges?: { readonly gtids: readonly string[] };
}

function resultOf(answer: unknown): StatementResult {
  if (Array.isArray(answer)) return { affectedRows: 0, gtid: undefined, warnings: 0, rows: answer };
  const { affectedRows, stateChanges, warningStatus } = answer as OkPacket;
  return { affectedRows: Number(affectedRows), gtid: stateChanges?.gtids[0], warnings: warningStatus, rows: [] };
}

function failed(error: unknown, address: ServerAddress): unknown {
  return error instanceof PacketError
    ? sessionError(error.cause, address, error.answered)
    : sessionError(error, address, 0);
}

function tooLarge(bytes: number, { address, packetBytesMax }: Session): RowtideError {
  const message = `${placeOf(address)}: ${bytes} bytes in one packet, and max_allowed_packet is ${packetBytesMax}`;
  return new RowtideError('RECORD_TOO_LARGE', message, {
    hint: 'Raise max_allowed_packet on the target, at most to 1 GiB: SET PERSIST max_allowed_packet = 1073741824.',
  });
}
