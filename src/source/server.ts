import { randomInt, randomUUID } from 'node:crypto';
import ZongJi from '@vlasky/zongji';
import { DumpedEvents } from '../binlog/dumped-events.js';
import { RowtideError } from '../core/errors.js';
import type { LogBlock, LogPoint } from '../core/event.js';
import type { GtidSet } from '../core/gtid.js';
import { MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition, Position } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { type Connection, withConnection } from '../mysql/connect.js';
import { serverError } from '../mysql/errors.js';
import { domainsBefore, logFiles, probe, type ServerFacts } from '../mysql/probe.js';
import { placeOf, type ServerAddress } from '../mysql/url.js';
import { DumpGtidPacket, isNeverCalled, startOf } from './dump-command.js';
import { dumpError, endedError } from './dump-errors.js';
import { acknowledgement, PATIENCE_SECONDS, sessionSql } from './dump-session.js';
import { EventChain, FIRST_OFFSET } from './events.js';
import { DumpFraming } from './framing.js';
import { preflight } from './preflight.js';
import { BlockQueue, type BoundedQueue, type DumpBlock, DumpQueue, type Flow } from './queue.js';
import { type LendingDriver, lendingDriver, type ReceiveMemory } from './receive-memory.js';
import { SilenceTimer } from './silence.js';

export interface ServerLogOptions {
  readonly address: ServerAddress;
  /** What the server knows this reader by; no two may share one. Random, in the upper half of 32 bits, unless given. */
  readonly serverId?: number;
  /** How often the server says that it is there when it has nothing else to say. Silence ends the connection before twice this. */
  readonly heartbeatMs?: number;
  /** Ends where the log ends, instead of waiting there for what is written next. */
  readonly stopAtEnd?: boolean;
  /** How much is read ahead of a slow reader. */
  readonly queueBytesMax?: number;
  /** An event larger than this ends the stream; servers write none above 1 GiB. */
  readonly eventBytesMax?: number;
  /** For readers that need no event of a block any more when they ask for the next one. Without TLS only. */
  readonly reusesMemory?: boolean;
}

interface Settings extends Required<ServerLogOptions> {
  /** The server ends an older dump of the same uuid: one of ours that it still takes for alive. */
  readonly replicaUuid: string;
}

function settingsOf(options: ServerLogOptions): Settings {
  return {
    serverId: randomInt(2 ** 31, 2 ** 32 - 1),
    heartbeatMs: 5000,
    stopAtEnd: false,
    queueBytesMax: 2 ** 20,
    eventBytesMax: 2 ** 30,
    ...options,
    reusesMemory: options.reusesMemory === true && options.address.tls.mode === 'disabled',
    replicaUuid: randomUUID(),
  };
}

/** The log of a live server, over a connection as replicas have it. */
export function serverLog(options: ServerLogOptions): LogSource {
  const settings = settingsOf(options);
  const { address } = settings;
  const ask = <T>(signal: AbortSignal, use: (connection: Connection, facts: ServerFacts) => Promise<T>): Promise<T> =>
    withConnection(address, signal, async (connection) => use(connection, await probe(connection)));
  return {
    leavesOutExecuted: true,
    reusesMemory: settings.reusesMemory,
    identity: (signal) => ask(signal, async (_, facts) => facts.identity),
    head: (signal) => ask(signal, headOf),
    tail: (signal) => ask(signal, tailOf),
    read: (from, signal) => read(settings, from, signal),
  };
}

async function headOf(connection: Connection, facts: ServerFacts): Promise<LogPosition> {
  if (facts.gtids !== null) return { kind: 'gtid', executed: facts.gtids.executed };
  if (facts.domains !== null) return { kind: 'mariadb-gtid', executed: facts.domains.logged };
  const last = (await logFiles(connection)).at(-1);
  return { kind: 'file', file: last?.name ?? '', offset: last?.sizeBytes ?? FIRST_OFFSET };
}

async function tailOf(connection: Connection, facts: ServerFacts): Promise<LogPosition> {
  if (facts.gtids !== null) return { kind: 'gtid', executed: facts.gtids.purged };
  const first = (await logFiles(connection))[0]?.name ?? '';
  const executed = facts.domains === null ? null : await domainsBefore(connection, first);
  if (executed !== null) return { kind: 'mariadb-gtid', executed };
  return { kind: 'file', file: first, offset: FIRST_OFFSET };
}

/** Longer than a semi-sync source waits for its replica, by default, between sending a transaction and committing it. */
const EXECUTED_WAIT_SECONDS = 12;

async function* read(settings: Settings, from: Position, signal: AbortSignal): AsyncGenerator<LogBlock> {
  try {
    await withConnection(settings.address, signal, (connection) =>
      preflight(connection, from, { executedWaitSeconds: EXECUTED_WAIT_SECONDS }),
    );
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  yield* dump(settings, { log: from.log, checksum: 'CRC32', annotateRows: true }, signal, (flow) => {
    const queue = new BlockQueue({ bytesMax: settings.queueBytesMax, flow });
    const chain = new EventChain({
      prefix: `${placeOf(settings.address)} `,
      origin: 'server',
      skipsExecuted: from.log.kind !== 'file',
      handler: (event, file, format) => queue.push(event, file, format),
    });
    return { queue, receiver: { place: chain, add: (bytes, start, end) => chain.add(bytes, start, end) } };
  });
}

/** Where a raw dump begins. */
export interface DumpRequest {
  readonly file: string;
  readonly offset: number;
  /**
   * The server leaves these transactions out; a MariaDB begins behind them, wherever that is, and looks at no file.
   * Null: it is asked without GTIDs, and may have none.
   */
  readonly exclude: GtidSet | MariaGtids | null;
  /** MariaDB's ANNOTATE_ROWS events; MySQL always sends its own. */
  readonly annotateRows: boolean;
  /** The server, which must know how to, may wait for blocks to be acknowledged. */
  readonly semiSync?: boolean;
}

/**
 * All that a server sends from a place in its log on, as it was logged, with what it makes up for the connection, and
 * judged by nobody: for those who show or keep the log. Ends where the log ends with `stopAtEnd`, else by `signal` or
 * an error.
 */
export async function* serverDump(
  options: ServerLogOptions,
  request: DumpRequest,
  signal: AbortSignal,
): AsyncGenerator<DumpBlock> {
  const settings = settingsOf(options);
  const { file, offset, exclude } = request;
  const log: LogPosition =
    exclude instanceof MariaGtids ? { kind: 'mariadb-gtid', executed: exclude } : { kind: 'file', file, offset };
  const begin: Begin = {
    log,
    exclude: exclude instanceof MariaGtids ? null : exclude,
    checksum: 'NONE',
    annotateRows: request.annotateRows,
    semiSync: request.semiSync === true,
  };
  yield* dump(settings, begin, signal, (flow) => {
    const queue = new DumpQueue({ bytesMax: settings.queueBytesMax, flow });
    const events = new DumpedEvents((event) => queue.push(event));
    const add: Receiver['add'] = (bytes, from, to, isAwaited) => {
      events.add(bytes, from, to);
      if (isAwaited) queue.await({ file: events.file, offset: events.offset });
    };
    return { queue, receiver: { place: events, add } };
  });
}

/** What a server is asked for, and how. */
interface Begin {
  readonly log: LogPosition;
  readonly exclude?: GtidSet | null;
  readonly checksum: 'CRC32' | 'NONE';
  readonly annotateRows: boolean;
  readonly semiSync?: boolean;
}

/** Gets the events of a dump in their order. */
interface Receiver {
  /** How far they have come. */
  readonly place: LogPoint;
  add(bytes: Buffer, from: number, to: number, isAwaited: boolean): void;
}

type Receiving<B extends { readonly sizeBytes: number }> = { queue: BoundedQueue<B>; receiver: Receiver };

async function* dump<B extends { readonly sizeBytes: number }>(
  settings: Settings,
  begin: Begin,
  signal: AbortSignal,
  receive: (flow: Flow) => Receiving<B>,
): AsyncGenerator<B> {
  let dumping: Dump<B> | null = null;
  try {
    dumping = new Dump(settings, begin, { ...(await lendingDriver(settings)), receive });
    yield* dumping.blocks(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await dumping?.stop();
  }
}

/** What we use of mysql2's connection inside of zongji; the contract test pins it. */
interface DumpConnection {
  readonly stream: { pause(): void; resume(): void; destroy(): void };
  packetParser: { execute(chunk: Buffer): void };
  query(sql: string, done: (error: Error | null) => void): void;
  write(bytes: Buffer): void;
  writePacket(packet: DumpGtidPacket): void;
}

/** zongji's command that asks for the dump: `start` writes it, the method it returns gets each packet that comes back. */
interface DumpCommand {
  start(packet: unknown, connection: DumpConnection): unknown;
}

interface Zongji {
  readonly connection: DumpConnection | null;
  readonly ctrlConnection: DumpConnection | null;
  BinlogClass: new (done: unknown) => DumpCommand;
  on(event: 'error' | 'ready' | 'stopped', listener: (error?: Error) => void): void;
  start(options: object): void;
  stop(): void;
}

/** A server that searches many files for the first transaction is silent for that long. */
const FIRST_BYTE_MS = 60_000;

/**
 * One dump: zongji connects, negotiates and asks for it, and stops it; the bytes that come are ours. zongji fires
 * `ready` just before it queues the dump command, which is where our session settings and our command get in. From the
 * moment that the command is written on, nothing else comes over the connection, so our framing takes the driver's place.
 */
class Dump<B extends { readonly sizeBytes: number }> {
  readonly #settings: Settings;
  readonly #begun: Begin;
  readonly #zongji: Zongji;
  readonly #queue: BoundedQueue<B>;
  readonly #receiver: Receiver;
  readonly #framing: DumpFraming;
  readonly #memories: WeakMap<object, ReceiveMemory>;
  /** Of the dump's own socket, from the begin of the dump on; null with TLS. */
  #memory: ReceiveMemory | null = null;
  readonly #silence = new SilenceTimer(() => this.#end(endedError(`${this.#place()}: nothing was heard in time`)));
  #stopping: Promise<void> | null = null;

  constructor(
    settings: Settings,
    begin: Begin,
    { driver, memories, receive }: LendingDriver & { receive: (flow: Flow) => Receiving<B> },
  ) {
    this.#settings = settings;
    this.#begun = begin;
    this.#memories = memories;
    const { queue, receiver } = receive(this.#flow());
    this.#queue = queue;
    this.#receiver = receiver;
    this.#framing = new DumpFraming(
      {
        event: (bytes, start, end, isAwaited) => receiver.add(bytes, start, end, isAwaited),
        end: () => this.#end(settings.stopAtEnd ? null : endedError(`${this.#place()}: the server ended the stream`)),
        error: (code, message) => this.#end(dumpError(code, message, this.#place())),
      },
      { eventBytesMax: settings.eventBytesMax, semiSync: begin.semiSync === true, memory: () => this.#memory },
    );
    this.#zongji = this.#connect(driver);
    this.#silence.start(FIRST_BYTE_MS);
    const { serverId, stopAtEnd: nonBlock } = settings;
    this.#zongji.start({ serverId, nonBlock, requestAnnotateRows: begin.annotateRows, ...startOf(begin.log) });
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<B> {
    const abort = (): void => this.#end(null);
    signal.addEventListener('abort', abort, { once: true });
    try {
      while (!signal.aborted) {
        const block = await this.#queue.take();
        if (block === null) return;
        // With nothing left in the queue, all that was received is in blocks that were handed out.
        const received = this.#queue.isEmpty ? this.#memory?.filling : undefined;
        yield block;
        if (received !== undefined) this.#memory?.release(received);
      }
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Ends the dump on the server and both connections; resolves when they are gone. */
  stop(): Promise<void> {
    this.#stopping ??= this.#close();
    return this.#stopping;
  }

  async #close(): Promise<void> {
    this.#silence.stop();
    const streams = [this.#zongji.connection?.stream, this.#zongji.ctrlConnection?.stream];
    await new Promise<void>((resolve) => {
      this.#zongji.on('stopped', () => resolve());
      this.#zongji.stop();
    });
    // zongji only says goodbye, and the other end may not be there to hear it.
    for (const stream of streams) stream?.destroy();
  }

  #connect(driver: LendingDriver['driver']): Zongji {
    const zongji = new ZongJi(driver) as unknown as Zongji;
    zongji.on('error', (error) => this.#end(this.#connectionError(error)));
    zongji.on('ready', () => {
      const { connection, ctrlConnection, BinlogClass } = zongji;
      const check = (error: Error | null): void => {
        if (error !== null) this.#end(this.#connectionError(error));
      };
      connection?.query(this.#sessionSql(), check);
      ctrlConnection?.query(`SET wait_timeout = ${PATIENCE_SECONDS}`, check);
      const begin = (dumping: DumpConnection): void => this.#begin(dumping);
      const command = this.#gtidCommand();
      zongji.BinlogClass = class extends BinlogClass {
        override start(packet: unknown, dumping: DumpConnection): unknown {
          const next = command === null ? super.start(packet, dumping) : isNeverCalled;
          if (command !== null) dumping.writePacket(command);
          begin(dumping);
          return next;
        }
      };
    });
    return zongji;
  }

  #sessionSql(): string {
    const { heartbeatMs, replicaUuid } = this.#settings;
    const { checksum, semiSync = false } = this.#begun;
    return sessionSql({ heartbeatMs, replicaUuid, checksum, semiSync });
  }

  /** zongji's own command for GTIDs cannot name a file. */
  #gtidCommand(): DumpGtidPacket | null {
    const { log, exclude } = this.#begun;
    if (log.kind !== 'file' || !exclude) return null;
    const { serverId, stopAtEnd: nonBlock } = this.#settings;
    return new DumpGtidPacket({ ...log, exclude, serverId, nonBlock });
  }

  /** The dump command is written: what comes from here on is the log. */
  #begin(connection: DumpConnection): void {
    this.#memory = this.#memories.get(connection.stream)?.lent() ?? null;
    let first = true;
    connection.packetParser = {
      execute: (chunk) => {
        if (this.#stopping !== null) return;
        if (first) this.#listen();
        first = false;
        this.#silence.heard();
        try {
          this.#framing.execute(chunk);
          this.#queue.flush();
        } catch (error) {
          this.#end(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
  }

  /** A heartbeat is due after one period; half of another one is for the way. */
  #listen(): void {
    this.#silence.start(this.#settings.heartbeatMs * 1.5);
  }

  /** While nothing is read, nothing can be heard. */
  #flow(): Flow {
    return {
      pause: () => {
        this.#silence.stop();
        this.#zongji.connection?.stream.pause();
      },
      resume: () => {
        if (this.#stopping !== null) return;
        this.#listen();
        this.#zongji.connection?.stream.resume();
      },
      // Of this connection alone: another one is told anew how far we have come.
      acknowledge: (point) => {
        if (this.#stopping === null) this.#zongji.connection?.write(acknowledgement(point));
      },
    };
  }

  /** The connections go at once; what was read before is still handed out, unless the reader aborted. */
  #end(error: Error | null): void {
    this.#queue.end(error);
    void this.stop();
  }

  #connectionError(error: unknown): RowtideError {
    const { code, message, hint, retryable } = serverError(error, this.#settings.address);
    const details = { retryable, cause: error, ...(hint === undefined ? {} : { hint }) };
    const { file, offset } = this.#receiver.place;
    return new RowtideError(code, file === '' ? message : `${message} (after ${file}:${offset})`, details);
  }

  #place(): string {
    const server = placeOf(this.#settings.address);
    const { file, offset } = this.#receiver.place;
    return file === '' ? server : `${server} ${file}:${offset}`;
  }
}
