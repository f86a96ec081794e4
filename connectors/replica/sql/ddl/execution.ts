import { createHash } from 'node:crypto';
import {
  quotedName,
  RowtideError,
  type ServerAddress,
  Session,
  SqlError,
  type Statement,
  type Transaction,
} from 'rowtide';
import type { CheckpointTable } from '../../checkpoint-table.js';
import { keyOf } from '../transaction-key.js';
import { type Effect, type Place, type PlannedDdl, placeName, shownSql } from './plan.js';
import { type Fingerprints, verdictOf } from './verdict.js';

/** What the row of the stream says of a statement, from before it begins until the checkpoint behind it is written. */
interface Intent {
  readonly transaction: string;
  readonly sql: string;
  readonly effect: Effect;
  readonly places: readonly Place[];
  readonly before: readonly (readonly [string, string | null])[];
}

/**
 * Executes statements that no transaction can hold, each once: what it is about is noted in the row of the stream first.
 * After a crash the tables themselves say whether it was done.
 */
export class DdlExecution {
  readonly #target: ServerAddress;
  readonly #session: Session;
  readonly #checkpoints: CheckpointTable;
  /** Held by the connection that executes, until the server is done with it. */
  readonly #lock: string;
  /** The transaction whose statement is known to be done. */
  #done: string | null = null;

  constructor(facts: { session: Session; checkpoints: CheckpointTable; stream: string }) {
    this.#target = facts.session.address;
    this.#session = facts.session;
    this.#checkpoints = facts.checkpoints;
    this.#lock = `rowtide.${createHash('sha256').update(facts.stream).digest('hex').slice(0, 40)}`;
  }

  /** Finds out what became of the statement that the writer before had begun; throws DDL_AMBIGUOUS where nobody can. */
  async resume(intent: string): Promise<void> {
    const { transaction, sql, effect, places, before } = JSON.parse(intent) as Intent;
    await this.#wait();
    const now = await fingerprints(this.#session, places);
    switch (verdictOf({ effect, places }, new Map(before), now)) {
      case 'done':
        this.#done = transaction;
        return;
      case 'not-done':
        return;
      case 'ambiguous':
        throw ambiguous(sql, places);
    }
  }

  /** Resolves when it is executed, by this call or before. The checkpoint behind `transaction` is still to be written. */
  async run(
    ddl: PlannedDdl,
    { transaction, statement }: { transaction: Transaction; statement: Statement },
    signal: AbortSignal,
  ) {
    const key = keyOf(transaction);
    if (this.#done === key) return;
    const before = await fingerprints(this.#session, ddl.places);
    const { effect, places } = ddl;
    const intent: Intent = { transaction: key, sql: shownSql(ddl.sql), effect, places, before: [...before] };
    const [noted] = await this.#session.run([this.#checkpoints.intend(JSON.stringify(intent))]);
    if (noted?.affectedRows !== 1) throw this.#checkpoints.fenced();
    try {
      await this.#execute(ddl, statement, signal);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      // The server refused it, so there is nothing to find out; who mends its tables changes them.
      if (error.code !== 'SINK_UNREACHABLE') await this.#session.run([this.#checkpoints.intend(null)]);
      throw failed(error, key, ddl);
    }
    this.#done = key;
  }

  /** On a connection of its own, whose session is then gone with all that the statement wants of it. */
  async #execute({ sql, schema }: PlannedDdl, { dialect }: Statement, signal: AbortSignal): Promise<void> {
    const session = await Session.open(this.#target, signal, { lockWaitSeconds: LOCK_WAIT_SECONDS });
    try {
      await lock(session, this.#lock, 0);
      const modes = [
        dialect?.ansiQuotes && 'ANSI_QUOTES',
        dialect?.noBackslashEscapes && 'NO_BACKSLASH_ESCAPES',
      ].filter(Boolean);
      await session.run([
        ...modes.map((mode) => `SET SESSION sql_mode = CONCAT('${mode},', @@SESSION.sql_mode)`),
        ...(schema === '' ? [] : [`USE ${quotedName(schema)}`]),
        sql,
      ]);
    } finally {
      await session.close();
    }
  }

  /** Until the server is done with the connection of the writer before. */
  async #wait(): Promise<void> {
    await lock(this.#session, this.#lock, LOCK_WAIT_SECONDS);
    await this.#session.run([`DO RELEASE_LOCK('${this.#lock}')`]);
  }
}

const LOCK_WAIT_SECONDS = 60;

async function lock(session: Session, name: string, seconds: number): Promise<void> {
  const [row] = await session.query(`SELECT GET_LOCK('${name}', ${seconds})`);
  if (Number(row?.[0]) === 1) return;
  throw new RowtideError('SINK_BUSY', 'the target still executes a statement of the writer before', {
    hint: 'It is tried again; SHOW PROCESSLIST on the target shows the statement.',
    retryable: true,
  });
}

async function fingerprints(session: Session, places: readonly Place[]): Promise<Fingerprints> {
  const found = new Map<string, string | null>();
  for (const place of places) found.set(placeName(place), await fingerprint(session, place));
  return found;
}

/** No such database, no such table. */
const MISSING = new Set([1049, 1146]);

/** Of its definition without its name, and without how far AUTO_INCREMENT is. */
async function fingerprint(session: Session, place: Place): Promise<string | null> {
  const kind = place.name === '' ? 'DATABASE' : 'TABLE';
  try {
    const [row] = await session.query(`SHOW CREATE ${kind} ${placeName(place)}`);
    const text = String(row?.[1] ?? '');
    const definition = text.slice(text.indexOf(kind === 'TABLE' ? '(' : '/*')).replace(/ AUTO_INCREMENT=\d+/, '');
    return createHash('sha256').update(definition).digest('hex');
  } catch (error) {
    if (error instanceof SqlError && MISSING.has(error.errno)) return null;
    throw error;
  }
}

function failed(error: SqlError, key: string, { sql }: PlannedDdl): SqlError {
  const { code, errno, statement, hint, retryable } = error;
  const message = `the statement of ${key}: ${error.message}: ${shownSql(sql)}`;
  return new SqlError(
    { code, message, errno, statement },
    { ...(hint === undefined ? {} : { hint }), retryable, cause: error },
  );
}

function ambiguous(sql: string, places: readonly Place[]): RowtideError {
  const names = places.map(placeName).join(', ');
  return new RowtideError(
    'DDL_AMBIGUOUS',
    `it cannot be told whether this was executed before it was cut off: ${sql}`,
    {
      hint: `Look at ${names} on the target, and bring them to where they were before the statement, or have them all as it leaves them; then start again.`,
    },
  );
}
