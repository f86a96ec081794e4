import type { DumpedEvent } from '../../binlog/dumped-events.js';
import { ROTATE_EVENT } from '../../binlog/types.js';
import type { GtidSet } from '../../core/gtid.js';
import type { Log } from '../../core/log.js';
import { MariaGtids } from '../../core/maria-gtid.js';
import type { ServerAddress } from '../../mysql/url.js';
import { PipelineControl } from '../../pipeline/control.js';
import { supervise } from '../../pipeline/supervise.js';
import { type DumpRequest, type ServerLogOptions, serverDump } from '../../source/server.js';

/** What is read of a server's log, in the terms of mysqlbinlog's options. */
export interface RemoteOptions {
  readonly address: ServerAddress;
  /** Names of log files, in the order in which they are read. */
  readonly files: readonly string[];
  /** In the first of them. */
  readonly startPosition: number;
  /** On from each of them to the end of the log. */
  readonly toLastLog: boolean;
  /** And then on, as it is written. */
  readonly stopNever: boolean;
  /** Transactions that the server leaves out, or that a MariaDB begins behind; null: it is not asked by GTIDs. */
  readonly exclude: GtidSet | MariaGtids | null;
  readonly annotateRows: boolean;
  readonly serverId: number | null;
}

export interface Place {
  readonly file: string;
  readonly offset: number;
}

/** Who takes the events. */
export interface RemoteReader {
  /** Before each connection: where to begin, when `from` is where the named file begins. */
  begin(from: Place): Promise<Place> | Place;
  /** Events in order, those that the server makes up included. True: that is enough. */
  take(events: readonly DumpedEvent[]): Promise<boolean>;
  /** The connection is gone, or will be. */
  end?(): Promise<void>;
}

/** A person waits: a server that cannot be reached is said so after few attempts. */
const ATTEMPTS_MAX = 4;

/**
 * Reads the named files of a server, each over a connection of its own as the tools do, and reconnects where one
 * breaks; with `stopNever` for as long as it takes, else a few times.
 */
export async function readRemote(
  options: RemoteOptions,
  reader: RemoteReader,
  { signal, log }: { signal: AbortSignal; log: Log },
): Promise<void> {
  let offset = options.startPosition;
  for (const file of options.files) {
    const control = new PipelineControl();
    let isDone = false;
    await supervise({
      name: `inspect ${file}`,
      control,
      signal,
      log,
      retry: options.stopNever ? {} : { attemptsMax: ATTEMPTS_MAX },
      attempt: async (until) => {
        isDone = await readFile(options, { from: { file, offset }, reader, control }, until);
        return until.aborted && !isDone ? 'stopped' : 'ended';
      },
    });
    if (isDone || signal.aborted) return;
    offset = FIRST_OFFSET;
  }
}

const FIRST_OFFSET = 4;

interface Attempt {
  readonly from: Place;
  readonly reader: RemoteReader;
  readonly control: PipelineControl;
}

/** One connection. Returns true when the reader has enough. */
async function readFile(options: RemoteOptions, attempt: Attempt, signal: AbortSignal): Promise<boolean> {
  const { from, reader, control } = attempt;
  try {
    const place = await reader.begin(from);
    // A place that was reached is behind those of a MariaDB, and it would look for them again.
    const isBegun = place.file !== from.file || place.offset !== from.offset;
    const exclude = isBegun && options.exclude instanceof MariaGtids ? null : options.exclude;
    const request: DumpRequest = { ...place, exclude, annotateRows: options.annotateRows };
    for await (const { events } of serverDump(serverOptions(options), request, signal)) {
      const end = options.toLastLog ? -1 : events.findIndex((event) => isRotation(event) && event.file !== place.file);
      if (await reader.take(end === -1 ? events : events.slice(0, end))) return true;
      // What tells `supervise` that it went on.
      control.stats.transactions += events.length;
      if (end !== -1) break;
    }
    return false;
  } finally {
    await reader.end?.();
  }
}

function isRotation({ event, artificial }: DumpedEvent): boolean {
  return artificial && event.type === ROTATE_EVENT;
}

function serverOptions({ address, stopNever, serverId }: RemoteOptions): ServerLogOptions {
  return { address, stopAtEnd: !stopNever, ...(serverId === null ? {} : { serverId }) };
}
