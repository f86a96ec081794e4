import { createHash } from 'node:crypto';
import { placeOf, RowtideError, type ServerAddress, Session, SqlError } from 'rowtide';

/** More connections than a writer ever has. */
const LOCKS = 64;
/** How long the target may take to roll back what an older writer had begun. */
const END_SECONDS_MAX = 60;
const NO_SUCH_THREAD = 1094;

/**
 * Locks of the target’s, one for each connection of a stream’s writer. Who holds them is who writes: they go with the
 * connection, so a writer whose process is dead, and which the target still executes what it had sent of, is ended and
 * waited for before its successor asks what was executed.
 */
export class Fence {
  readonly #name: string;
  readonly #stream: string;

  constructor(stream: string) {
    this.#stream = stream;
    this.#name = `rowtide:${createHash('sha1').update(stream).digest('hex')}`;
  }

  /** Ends the writer before, and takes its place with these connections. */
  async take(sessions: readonly Session[]): Promise<void> {
    const [first] = sessions;
    if (first === undefined) return;
    for (const id of await this.#holders(first)) await kill(first, id);
    for (const [i, session] of sessions.entries()) {
      const [row] = await session.query<[string | number | null]>(
        `SELECT GET_LOCK(${this.#lock(i)}, ${END_SECONDS_MAX})`,
      );
      if (Number(row?.[0]) !== 1) throw this.#held(session);
    }
  }

  /** After a connection was lost: throws SINK_FENCED where another writer has taken the place. */
  async check(address: ServerAddress, own: readonly Session[], signal: AbortSignal): Promise<void> {
    const session = await Session.open(address, signal);
    try {
      const holders = await this.#holders(session);
      if (holders.some((id) => !own.some((each) => each.id === id))) throw this.#fenced(address);
    } finally {
      await session.close();
    }
  }

  async #holders(session: Session): Promise<number[]> {
    const locks = Array.from({ length: LOCKS }, (_, i) => `IS_USED_LOCK(${this.#lock(i)})`);
    const [row = []] = await session.query(`SELECT ${locks.join(', ')}`);
    return row.filter((id) => id !== null).map(Number);
  }

  #lock(i: number): string {
    return `'${this.#name}:${i}'`;
  }

  #held({ address }: Session): RowtideError {
    const message = `${placeOf(address)}: another writer of the stream ${this.#stream} does not end`;
    return new RowtideError('SINK_BUSY', message, {
      retryable: true,
      hint: 'It rolls back a large transaction, or may not be killed by this user: see SHOW PROCESSLIST.',
    });
  }

  #fenced(address: ServerAddress): RowtideError {
    const message = `${placeOf(address)}: another writer took over the stream ${this.#stream}`;
    return new RowtideError('SINK_FENCED', message, {
      hint: 'One pipeline of a name may write to a target at a time: stop one, or give one another name.',
    });
  }
}

async function kill(session: Session, id: number): Promise<void> {
  try {
    await session.run([`KILL ${id}`]);
  } catch (error) {
    if (!(error instanceof SqlError) || error.errno !== NO_SUCH_THREAD) throw error;
  }
}
