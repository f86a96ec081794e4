import { randomUUID } from 'node:crypto';
import type { LoggedStatement } from '../../binlog/query.js';
import { RowtideError } from '../../core/errors.js';
import type { LogPoint } from '../../core/event.js';
import type { Position, SchemaMark } from '../../core/position.js';
import { Collations } from '../collations.js';
import { isAtOrBehind } from './log-order.js';
import type { ServerDefaults } from './session.js';
import {
  changed,
  changesBetween,
  isChanged,
  nothingKnown,
  type SchemaChanges,
  type SchemaState,
  type TableState,
  tableIn,
} from './state.js';
import { applyStatement } from './statement.js';
import type { HistoryStore, StoredHistory } from './store.js';

/** What is known where a stream begins, and what INFORMATION_SCHEMA says from a later place on. */
export interface Attachment {
  readonly state: SchemaState;
  /** Null: `state` is all of it. */
  readonly later: { readonly at: LogPoint; readonly state: SchemaState } | null;
}

/** Without a server, only the log itself can say what a table looks like: by the statement that makes it. */
export const NOTHING_ATTACHED: Attachment = {
  state: nothingKnown(
    { flavour: 'mysql', caseSensitive: true, explicitDefaultsForTimestamp: true, collations: new Collations([]) },
    { kind: 'unknown', code: 'TABLE_UNKNOWN', why: 'the log does not describe them' },
  ),
  later: null,
};

/** A longer history is shortened to its result when it is opened. */
const CHANGES_MAX = 1000;

/**
 * The tables at the place where a stream reads: fed by the statements that it reads, and remembered, so that a later
 * stream from an earlier position finds them as they were there.
 */
export class SchemaHistory {
  readonly #store: HistoryStore;
  #mark: SchemaMark;
  #state: SchemaState;
  #later: Attachment['later'] = null;
  #appended: Promise<void> = Promise.resolve();

  private constructor(store: HistoryStore, at: { id: string; version: number; state: SchemaState }) {
    this.#store = store;
    this.#mark = { history: at.id, version: at.version };
    this.#state = at.state;
  }

  /**
   * A new history in the place of whatever the store holds. Where a position has a mark already, the history begins there
   * under its name: that position is what a restart finds until the stream has moved on.
   */
  static async begin(
    { state, later }: Attachment,
    { source, schemas }: Pick<Position, 'source' | 'schemas'>,
    store: HistoryStore,
  ): Promise<SchemaHistory> {
    const { history: id, version } = schemas ?? { history: randomUUID(), version: 0 };
    const history = new SchemaHistory(store, { id, version, state });
    history.#later = later;
    await store.begin({ id, source, version, state, pending: later !== null, changes: [] });
    return history;
  }

  /**
   * The history as it was at a position. Throws HISTORY_MISMATCH if it is another one's, or ends before it. Where
   * INFORMATION_SCHEMA was read further on, it has to be read again: then only what is known without it.
   */
  static async resume(
    stored: StoredHistory,
    from: Position,
    store: HistoryStore,
  ): Promise<SchemaHistory | SchemaState> {
    const { history: id, version } = requireReaching(stored, from);
    const past = stored.changes.filter((change) => change.version <= version);
    const state = past.reduce((before, { changes }) => changed(before, changes), stored.state);
    if (stored.pending && !past.some(({ attaches }) => attaches)) return state;
    if (stored.changes.length > CHANGES_MAX)
      await store.begin({ ...stored, version, state, pending: false, changes: [] });
    return new SchemaHistory(store, { id, version, state });
  }

  /** How far it reaches: the same object until something changes, since every transaction has it. */
  get mark(): SchemaMark {
    return this.#mark;
  }

  get server(): ServerDefaults {
    return this.#state.server;
  }

  /** What is known of a table at a place that the stream has reached; null: there is none of that name. */
  async table(schema: string, name: string, at: LogPoint): Promise<TableState | null> {
    await this.#attach(at);
    return tableIn(this.#state, schema, name);
  }

  /** Resolves when what a statement changed is remembered; undefined if that is nothing. */
  record(statement: LoggedStatement, at: LogPoint): Promise<void> | undefined {
    const attaching = this.#attach(at);
    const changes = applyStatement(this.#state, statement, `${at.file}:${at.offset}`);
    if (!isChanged(changes)) return attaching;
    return this.#change(changes, { at, attaches: false });
  }

  /** From that place on, what INFORMATION_SCHEMA said is what we know. */
  #attach(at: LogPoint): Promise<void> | undefined {
    if (this.#later === null || !isAtOrBehind(at, this.#later.at)) return undefined;
    const changes = changesBetween(this.#state, this.#later.state);
    this.#later = null;
    return this.#change(changes, { at, attaches: true });
  }

  #change(changes: SchemaChanges, { at, attaches }: { at: LogPoint; attaches: boolean }): Promise<void> {
    this.#state = changed(this.#state, changes);
    const version = this.#mark.version + 1;
    this.#mark = { ...this.#mark, version };
    // One after the other, also where nobody waits in between.
    this.#appended = this.#appended.then(() => this.#store.append({ version, at, changes, attaches }));
    return this.#appended;
  }
}

/** Tables whose statements were read are what those made them, whatever happened before INFORMATION_SCHEMA was read again. */
export function withKnown({ state, later }: Attachment, known: SchemaState): Attachment {
  const tables = new Map(state.tables);
  for (const [key, table] of known.tables) if (table.kind === 'known') tables.set(key, table);
  return { state: { ...state, tables }, later };
}

function requireReaching(stored: StoredHistory, { schemas, source }: Position): SchemaMark {
  if (schemas === undefined) throw mismatch('the position was not reached with it');
  if (stored.id !== schemas.history) throw mismatch('it is another one than the position was reached with');
  if (stored.source.id !== source.id)
    throw mismatch(`it is of the source ${stored.source.id}, the position of ${source.id}`);
  const last = stored.changes.at(-1)?.version ?? stored.version;
  if (last < schemas.version)
    throw mismatch(`it ends at its change ${last}, the position is behind ${schemas.version}`);
  if (stored.version > schemas.version)
    throw mismatch(`it begins at its change ${stored.version}, the position is behind ${schemas.version}`);
  return schemas;
}

function mismatch(why: string): RowtideError {
  return new RowtideError('HISTORY_MISMATCH', `the schema history does not fit the position: ${why}`, {
    hint: 'Put the history back that belongs to the checkpoint. If it is lost, remove this one: a new one is begun, which does not know the tables that were altered since the position.',
  });
}
