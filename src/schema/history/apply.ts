import { RowtideError, unreachable } from '../../core/errors.js';
import type { AlterTable, CharsetOption, CreateTable, Creation, Ddl, TableName } from '../../sql/ddl/statement.js';
import type { KeyDefinition, TableDefinition } from '../definition.js';
import { alter, inconsistent } from './alter.js';
import { collationsAfter } from './charset.js';
import { columnOf } from './column.js';
import { ownKeys, withKey, withKeyNotNull } from './keys.js';
import { sequenceTable } from './sequence.js';
import type { DdlSession, Surroundings } from './session.js';
import {
  type SchemaChanges,
  type SchemaState,
  schemaKey,
  type TableState,
  tableIn,
  tableKey,
  type Unknown,
} from './state.js';

/**
 * What a statement changes. Tables that it leaves in a way that is not known become unknown, which stops the stream only
 * at their rows; `place` names the statement then.
 */
export function applyDdl(state: SchemaState, ddl: Ddl, { session, place }: DdlContext): SchemaChanges {
  const change = new Change(state, session, place);
  change.apply(ddl);
  return { schemas: change.schemas, tables: change.tables, lost: null };
}

export interface DdlContext {
  readonly session: DdlSession;
  readonly place: string;
}

class Change {
  readonly schemas = new Map<string, string | null>();
  readonly tables = new Map<string, TableState | null>();
  readonly #state: SchemaState;
  readonly #session: DdlSession;
  readonly #place: string;

  constructor(state: SchemaState, session: DdlSession, place: string) {
    this.#state = state;
    this.#session = session;
    this.#place = place;
  }

  apply(ddl: Ddl): void {
    switch (ddl.kind) {
      case 'create-table':
        this.#create(ddl.table, ddl.creation, () => this.#tableOf(ddl));
        break;
      case 'create-like':
        this.#create(ddl.table, ddl.creation, () => this.#known(ddl.like));
        break;
      case 'create-sequence':
        this.#create(ddl.table, ddl.creation, () => sequenceTable);
        break;
      case 'alter-table':
        this.#alter(ddl);
        break;
      case 'rename-tables':
        for (const { from, to } of ddl.renames) this.#move(from, to);
        break;
      case 'drop-tables':
        for (const table of ddl.tables) this.tables.set(this.#key(table), null);
        break;
      case 'create-schema':
        this.#createSchema(ddl.name, ddl.creation, ddl.charset);
        break;
      case 'alter-schema':
        this.#alterSchema(ddl.name ?? this.#session.schema, ddl.charset);
        break;
      case 'drop-schema':
        this.#dropSchema(ddl.name);
        break;
      case 'unconcerned':
        break;
      default:
        unreachable(ddl);
    }
  }

  #key({ schema, name }: TableName): string {
    return tableKey(this.#state.server, schema ?? this.#session.schema, name);
  }

  /** Null: there is no such table. */
  #get(table: TableName): TableState | null {
    const own = this.tables.get(this.#key(table));
    return own === undefined ? tableIn(this.#state, table.schema ?? this.#session.schema, table.name) : own;
  }

  #known(table: TableName): TableDefinition {
    const state = this.#get(table);
    if (state?.kind === 'known') return state.definition;
    throw inconsistent(`${table.name} is not known`);
  }

  #set(table: TableName, make: () => TableDefinition): void {
    this.tables.set(this.#key(table), this.#stateOf(make));
  }

  #stateOf(make: () => TableDefinition): TableState {
    try {
      return { kind: 'known', definition: make() };
    } catch (error) {
      if (error instanceof RowtideError) return notUnderstood(this.#place, error);
      throw error;
    }
  }

  #create(table: TableName, creation: Creation, make: () => TableDefinition): void {
    const before = creation === 'if-not-exists' ? this.#get(table) : null;
    if (before === null) this.#set(table, make);
    // It may have been there before, with other columns.
    else if (before.kind === 'unknown') this.tables.set(this.#key(table), before);
  }

  #tableOf({ table, columns, keys, charset, systemVersioning }: CreateTable): TableDefinition {
    const around = this.#surroundings(this.#collationOf(charset, this.#schemaCollation(table.schema)));
    const clauses = columns.flatMap(ownKeys);
    let all: KeyDefinition[] = [];
    for (const key of [...clauses, ...keys]) all = withKey(all, key);
    const made = columns.map((column) => columnOf(column, around));
    const hasHiddenPeriod = systemVersioning && !columns.some(({ systemTime }) => systemTime);
    return { columns: withKeyNotNull(made, all), keys: all, collation: around.collation, hasHiddenPeriod };
  }

  #surroundings(collation: string): Surroundings {
    return { server: this.#state.server, session: this.#session, collation };
  }

  /** Of a new table or schema, unless it has a collation of its own already. */
  #collationOf(options: readonly CharsetOption[], around: string, own = around): string {
    const scope = { collations: this.#state.server.collations, session: this.#session, own, around };
    return collationsAfter([{ converts: false, options }], scope).own;
  }

  get #serverCollation(): string {
    return this.#state.server.collations.nameOf(this.#session.serverCollation);
  }

  #schemaCollation(schema: string | null): string {
    const key = schemaKey(this.#state.server, schema ?? this.#session.schema);
    return this.schemas.get(key) ?? this.#state.schemas.get(key) ?? '';
  }

  #alter({ table, ifExists, actions }: AlterTable): void {
    const before = this.#get(table);
    if (before === null && ifExists) return;
    let to: TableName = table;
    for (const action of actions) {
      switch (action.do) {
        case 'rename-table':
          to = action.to;
          break;
        case 'partition-to-table':
          this.#set(action.table, () => this.#known(table));
          break;
        case 'table-to-partition':
          this.tables.set(this.#key(action.table), null);
          break;
      }
    }
    if (before?.kind === 'unknown' || actions.length === 0) this.#move(table, to);
    else {
      const context = {
        server: this.#state.server,
        session: this.#session,
        schemaCollation: this.#schemaCollation(table.schema),
      };
      this.tables.set(this.#key(table), null);
      this.#set(to, () => alter(before?.definition ?? missing(table), actions, context));
    }
  }

  #move(from: TableName, to: TableName): void {
    const state = this.#get(from);
    if (this.#key(from) === this.#key(to)) return;
    this.tables.set(this.#key(from), null);
    // A view, which is not listed.
    if (state !== null) this.tables.set(this.#key(to), state);
  }

  #createSchema(name: string, creation: Creation, charset: readonly CharsetOption[]): void {
    const key = schemaKey(this.#state.server, name);
    if (creation === 'or-replace') this.#dropSchema(name);
    else if (creation === 'if-not-exists' && this.#state.schemas.has(key)) return;
    if (creation === 'if-not-exists' && this.#state.others !== null) {
      this.schemas.set(key, '');
      return;
    }
    this.schemas.set(key, this.#collationOf(charset, this.#serverCollation));
  }

  #alterSchema(name: string, charset: readonly CharsetOption[]): void {
    if (charset.length === 0) return;
    const key = schemaKey(this.#state.server, name);
    this.schemas.set(key, this.#collationOf(charset, this.#serverCollation, this.#state.schemas.get(key) ?? ''));
  }

  #dropSchema(name: string): void {
    const key = schemaKey(this.#state.server, name);
    this.schemas.set(key, null);
    for (const table of this.#state.tables.keys()) if (table.startsWith(`${key}\0`)) this.tables.set(table, null);
  }
}

function missing(table: TableName): never {
  throw inconsistent(`there is no ${table.name}`);
}

/** What becomes of a table, or of all, by a statement that is not understood. */
export function notUnderstood(place: string, error: RowtideError): Unknown {
  return { kind: 'unknown', code: 'DDL_UNKNOWN', why: `the statement at ${place} is not understood: ${error.message}` };
}
