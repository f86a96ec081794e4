import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Position,
  quotedName,
  quotedText,
  RowtideError,
  type Session,
  type SinkState,
  SqlError,
  type SqlValue,
} from 'rowtide';

/** What the row of a stream says, and the epoch that its new writer writes under. */
export interface Fenced {
  readonly epoch: number;
  /** Undefined: nothing was ever written. */
  readonly position: Position | undefined;
  /** What was written beside the position. */
  readonly state: SinkState;
  /** What was begun and is not known to be done; null: nothing. */
  readonly intent: string | null;
}

/**
 * The memory of streams, in the target itself: a row for each, which changes in the transactions of its data.
 *
 *   stream      the name of its pipeline
 *   epoch       raised by each writer that opens it; the ones before write under a lower one, which is no more there
 *   checkpoint  JSON: the position, with its checksum. GTID sets may be long, hence no VARCHAR
 *   intent      JSON: a statement that no transaction can hold, from before it until its checkpoint is written
 */
export class CheckpointTable {
  readonly #schema: string;
  readonly #stream: string;
  readonly #name: string;
  #epoch = 0;

  constructor(schema: string, stream: string) {
    this.#schema = schema;
    this.#stream = stream;
    this.#name = `${quotedName(schema)}.checkpoint`;
  }

  /**
   * Makes the table if it is missing, and takes the stream over. It waits for a commit of the writer before that is under
   * way, since that holds the row; what is read behind it is what became of it.
   */
  async fence(session: Session): Promise<Fenced> {
    const stream = quotedText(this.#stream);
    const fencing = [
      'START TRANSACTION',
      `INSERT INTO ${this.#name} (stream, epoch) VALUES (${stream}, 1) ON DUPLICATE KEY UPDATE epoch = epoch + 1`,
      `SELECT epoch, checkpoint, intent FROM ${this.#name} WHERE stream = ${stream} FOR UPDATE`,
      'COMMIT',
    ];
    const results = await session.run(fencing).catch(async (error: unknown) => {
      if (!(error instanceof SqlError) || !MISSING.has(error.errno)) throw error;
      await session.run(['ROLLBACK', ...this.#creation()]);
      return session.run(fencing);
    });
    const [epoch, checkpoint, intent] = results[2]!.rows[0] as [SqlValue, string | null, string | null];
    this.#epoch = Number(epoch);
    const saved = checkpoint === null ? null : decodeCheckpoint(checkpoint, this.#place);
    return { epoch: this.#epoch, position: saved?.position, state: saved?.sink ?? {}, intent };
  }

  /** What the row says, whoever writes it. Undefined: nothing was ever written. */
  async read(session: Session): Promise<Position | undefined> {
    const reading = session.query<[string | null]>(
      `SELECT checkpoint FROM ${this.#name} WHERE stream = ${quotedText(this.#stream)}`,
    );
    const [row] = await reading.catch((error: unknown) => {
      if (error instanceof SqlError && MISSING.has(error.errno)) return [];
      throw error;
    });
    return row?.[0] == null ? undefined : decodeCheckpoint(row[0], this.#place).position;
  }

  get #place(): string {
    return `the row of ${this.#stream} in ${this.#name}`;
  }

  /** The last statement in front of a COMMIT: one row, or else the writer is fenced. It ends what was begun, too. */
  save(position: Position, state: SinkState = {}): string {
    const checkpoint = { pipeline: this.#stream, generation: this.#epoch, position, sink: state };
    return this.#update(`checkpoint = ${quotedText(encodeCheckpoint(checkpoint))}, intent = NULL`);
  }

  /** What is about to begin; null: it did not. One row, as above. */
  intend(intent: string | null): string {
    return this.#update(`intent = ${intent === null ? 'NULL' : quotedText(intent)}`);
  }

  fenced(): RowtideError {
    const message = `another writer took over the stream ${this.#stream}, or its row in ${this.#name} was removed`;
    return new RowtideError('SINK_FENCED', message, {
      hint: 'One pipeline of a name may write to a target at a time: stop one, or give one another name.',
    });
  }

  #update(assignments: string): string {
    const now = 'changed_at = CURRENT_TIMESTAMP(6)';
    return `UPDATE ${this.#name} SET ${assignments}, ${now} WHERE stream = ${quotedText(this.#stream)} AND epoch = ${this.#epoch}`;
  }

  #creation(): string[] {
    return [
      `CREATE DATABASE IF NOT EXISTS ${quotedName(this.#schema)}`,
      `CREATE TABLE IF NOT EXISTS ${this.#name} (
        stream VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
        epoch BIGINT UNSIGNED NOT NULL,
        checkpoint LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
        intent LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
        changed_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
      ) ENGINE = InnoDB`,
    ];
  }
}

/** No such database, no such table. */
const MISSING = new Set([1049, 1146]);
