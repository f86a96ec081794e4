import { RowtideError, type Session, SqlError, type StatementResult } from 'rowtide';
import type { Piece } from '../piece.js';
import { explained } from './explain.js';

/** Bytes of statements that travel together; each packet costs a round trip. */
const PACKET_BYTES = 1024 * 1024;

/** What a session puts behind each statement. */
const STATEMENT_END_BYTES = 2;

/** Names what a piece is for, in front of an error's message. */
export type Locate<T> = (owner: T, piece: Piece) => string;

interface Sent<T> {
  readonly piece: Piece;
  readonly owner: T;
}

/**
 * Sends pieces in packets, one ahead: while the target executes a packet the next one is put together, but none is sent
 * before all of the one before it were answered. So nothing behind a failed statement is ever executed.
 */
export class Sender<T> {
  readonly #session: Session;
  readonly #locate: Locate<T>;
  #packet: Sent<T>[] = [];
  #bytes = 0;
  #running: Promise<void> = Promise.resolve();
  #committed = 0;
  /** Whether an answer named the GTID of the transaction: rows of tables without transactions commit before its end. */
  #isCommitted = false;

  constructor(session: Session, locate: Locate<T>) {
    this.#session = session;
    this.#locate = locate;
  }

  /** How many transactions the target has committed. */
  get committed(): number {
    return this.#committed;
  }

  /** Resolves when the next piece may come; what was added may still be on its way. */
  async add(owner: T, piece: Piece): Promise<void> {
    const bytes = Buffer.byteLength(piece.sql) + STATEMENT_END_BYTES;
    if (this.#bytes > 0 && this.#bytes + bytes > Math.min(PACKET_BYTES, this.#session.packetBytesMax - 1)) {
      await this.#send();
    }
    this.#packet.push({ owner, piece });
    this.#bytes += bytes;
  }

  /** Resolves when all that was added is executed. */
  async flush(): Promise<void> {
    if (this.#packet.length > 0) await this.#send();
    await this.#running;
  }

  /** Resolves when nothing is on its way any more, however it ended. */
  async idle(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  async #send(): Promise<void> {
    const packet = this.#packet;
    this.#packet = [];
    this.#bytes = 0;
    await this.#running;
    this.#running = this.#run(packet);
    // Thrown to whoever waits for it next.
    this.#running.catch(() => undefined);
  }

  async #run(packet: readonly Sent<T>[]): Promise<void> {
    let from = 0;
    while (from < packet.length) from = await this.#runFrom(packet, from);
    for (const { piece } of packet) piece.release?.();
  }

  /** Returns where to go on: behind the end, unless a statement failed as it did at the source. */
  async #runFrom(packet: readonly Sent<T>[], from: number): Promise<number> {
    const sent = packet.slice(from);
    try {
      const results = await this.#session.run(sent.map(({ piece }) => piece.sql));
      for (const [i, each] of sent.entries()) this.#check(each, results[i]!);
      this.#count(sent);
      return packet.length;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#count(sent.slice(0, error.statement));
      const failed = sent[error.statement] ?? sent[0]!;
      if (error.errno !== 0 && failed.piece.errorExpected === error.errno) return from + error.statement + 1;
      throw await this.#located(error, failed);
    }
  }

  #count(executed: readonly Sent<T>[]): void {
    for (const { piece } of executed) if (piece.commits === true) this.#committed++;
  }

  #check({ piece, owner }: Sent<T>, { gtid, rows, affectedRows }: StatementResult): void {
    if (piece.saves !== undefined && affectedRows !== 1) throw piece.saves();
    // ANALYZE TABLE and its like answer with rows, which name no GTID; passed over, they have none.
    this.#isCommitted ||= gtid !== undefined || rows.length > 0;
    if (piece.commits === undefined) return;
    const isPassedOver = !this.#isCommitted;
    this.#isCommitted = false;
    if (!isPassedOver) return;
    const message = `${this.#locate(owner, piece)}: somebody else executed a transaction of this GTID on the target`;
    throw new RowtideError('SINK_DIVERGED', message, {
      hint: 'Compare what that transaction did there with what the source did; then start again, and it is left out.',
    });
  }

  async #located(error: SqlError, { piece, owner }: Sent<T>): Promise<RowtideError> {
    const { code, hint, retryable } = error;
    const why = await explained(error, piece, this.#session.address);
    return new RowtideError(code, `${this.#locate(owner, piece)}: ${error.message}${why}`, {
      ...(hint !== undefined && { hint }),
      retryable,
      cause: error,
    });
  }
}
