import type { DumpedEvent } from '../../binlog/dumped-events.js';
import { FORMAT_DESCRIPTION_EVENT, ROTATE_EVENT } from '../../binlog/types.js';
import type { Log } from '../../core/log.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import { type Place, type RemoteOptions, type RemoteReader, readRemote } from './remote.js';
import type { InspectedServer } from './server.js';
import { FIRST_OFFSET } from './sources.js';

export interface RemoteReading {
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** The events of a server's log, in blocks, without those that the server makes up. */
export async function* remoteEvents(
  server: InspectedServer,
  reading: RemoteReading,
): AsyncGenerator<readonly LoggedEvent[]> {
  for await (const events of dumpedEvents(server, reading)) {
    const logged = events.filter(({ artificial }) => !artificial);
    if (logged.length > 0) yield logged;
  }
}

/** One file of several, in the order in which the tools read them. */
export interface RemoteFile {
  readonly isLast: boolean;
  readonly blocks: AsyncGenerator<readonly LoggedEvent[]>;
}

/**
 * The events of the log as the servers' tools show them: with those that the server makes up, and begin where the tools
 * count them to, which is not always where they are.
 */
export function* remoteFilesAsShown(server: InspectedServer, reading: RemoteReading): Generator<RemoteFile> {
  for (const [i, file] of server.files.entries()) {
    const startPosition = i === 0 ? server.startPosition : FIRST_OFFSET;
    const one = { ...server, files: [file], startPosition };
    yield { isLast: i === server.files.length - 1, blocks: asShown(one, reading) };
  }
}

async function* asShown(server: InspectedServer, reading: RemoteReading): AsyncGenerator<readonly LoggedEvent[]> {
  let at = server.startPosition;
  const shown = (dumped: DumpedEvent): LoggedEvent[] => {
    const { event, raw } = dumped;
    if (event.type === ROTATE_EVENT && dumped.artificial) {
      if (!server.toLastLog) return [];
      // mariadb-binlog goes on counting from file to file.
      if (server.style === 'mysql') at = server.startPosition;
      return [placed(dumped, at)];
    }
    const start = at;
    if (event.type !== FORMAT_DESCRIPTION_EVENT || at === FIRST_OFFSET) at += raw.length;
    return [placed(dumped, start)];
  };
  for await (const events of dumpedEvents(server, reading)) yield events.flatMap(shown);
}

function placed({ file, format, event, raw }: DumpedEvent, start: number): LoggedEvent {
  return { file, format, event: { ...event, start }, raw };
}

/** What a server sends, as blocks to be taken; a connection that breaks is made again behind the last event. */
async function* dumpedEvents(
  options: RemoteOptions,
  { signal, warn }: RemoteReading,
): AsyncGenerator<readonly DumpedEvent[]> {
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const handover = new Handover(until);
  const reading = readRemote(options, continuing(handover), { signal: until, log: warningLog(warn) }).then(
    () => handover.end(null),
    (error: unknown) => handover.end(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for (;;) {
      const events = await handover.get();
      if (events === null) return;
      yield events;
    }
  } finally {
    left.abort();
    await reading;
  }
}

/** Hands on every event once, however often the connection is made. */
function continuing(handover: Handover): RemoteReader {
  let named = '';
  let reached: Place | null = null;
  /** What a new connection begins with until it comes to something new: the file again, and its format. */
  let repeated: string | null = null;
  const isNew = ({ artificial, file }: DumpedEvent): boolean => {
    if (!artificial || file !== repeated) repeated = null;
    return repeated === null;
  };
  return {
    begin(from) {
      if (from.file !== named) reached = null;
      named = from.file;
      repeated = reached?.file ?? null;
      return reached ?? from;
    },
    async take(events) {
      const news = events.filter(isNew);
      if (news.length === 0) return false;
      const { file, event } = news[news.length - 1]!;
      reached = { file, offset: event.end };
      return handover.put(news);
    },
  };
}

/** A log for a person at a terminal. */
export function warningLog(warn: (message: string) => void): Log {
  const say = (facts: object, message: string): void =>
    warn('error' in facts && facts.error instanceof Error ? `${facts.error.message}; ${message}` : message);
  return { debug: () => undefined, info: () => undefined, warn: say, error: say };
}

/** From who is called with blocks to who asks for them: one block at a time, and the former waits for the latter. */
class Handover {
  readonly #signal: AbortSignal;
  #block: readonly DumpedEvent[] | null = null;
  #end: { error: Error | null } | null = null;
  #changed: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#changed(), { once: true });
  }

  /** Resolves when the block was taken; true: no more is wanted. */
  async put(block: readonly DumpedEvent[]): Promise<boolean> {
    this.#block = block;
    this.#changed();
    while (this.#block !== null && !this.#signal.aborted) await this.#change();
    return this.#signal.aborted;
  }

  end(error: Error | null): void {
    this.#end = { error };
    this.#changed();
  }

  async get(): Promise<readonly DumpedEvent[] | null> {
    for (;;) {
      const block = this.#block;
      if (block !== null) {
        this.#block = null;
        this.#changed();
        return block;
      }
      if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error;
        return null;
      }
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
