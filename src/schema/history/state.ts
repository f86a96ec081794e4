import type { TableDefinition } from '../definition.js';
import type { ServerDefaults } from './session.js';

/** Why the columns of a table are not known; `why` goes on the sentence. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly code: 'TABLE_UNKNOWN' | 'DDL_UNKNOWN';
  readonly why: string;
}

export type TableState = { readonly kind: 'known'; readonly definition: TableDefinition } | Unknown;

/** All schemas and tables of a server at one place of its log. */
export interface SchemaState {
  readonly server: ServerDefaults;
  /** Default collations by `schemaKey`; empty: not known. */
  readonly schemas: ReadonlyMap<string, string>;
  /** By `tableKey`. */
  readonly tables: ReadonlyMap<string, TableState>;
  /** What holds for tables that are not listed; null: there are no others. */
  readonly others: Unknown | null;
  /** The schemas of which there are no others anyway, by `schemaKey`. */
  readonly completeSchemas: ReadonlySet<string>;
}

/** What a statement changed. Null: dropped. */
export interface SchemaChanges {
  readonly schemas: ReadonlyMap<string, string | null>;
  readonly tables: ReadonlyMap<string, TableState | null>;
  /** What holds for tables that are not listed from now on; undefined: the same as before. */
  readonly others?: Unknown | null;
  readonly completeSchemas?: ReadonlySet<string>;
  /** Set if the statement may have changed anything: nothing else is known any more. */
  readonly lost: Unknown | null;
}

export const NO_CHANGES: SchemaChanges = { schemas: new Map(), tables: new Map(), lost: null };

export function nothingKnown(server: ServerDefaults, others: Unknown): SchemaState {
  return { server, schemas: new Map(), tables: new Map(), others, completeSchemas: new Set() };
}

/** What is known of a table; null: there is none of that name. */
export function tableIn(state: SchemaState, schema: string, name: string): TableState | null {
  const { server, tables, others, completeSchemas } = state;
  const unlisted = completeSchemas.has(schemaKey(server, schema)) ? null : others;
  return tables.get(tableKey(server, schema, name)) ?? unlisted;
}

export function tableKey({ caseSensitive }: ServerDefaults, schema: string, name: string): string {
  const key = `${schema}\0${name}`;
  return caseSensitive ? key : key.toLowerCase();
}

export function schemaKey({ caseSensitive }: ServerDefaults, schema: string): string {
  return caseSensitive ? schema : schema.toLowerCase();
}

/** The state behind a statement. */
export function changed(state: SchemaState, changes: SchemaChanges): SchemaState {
  const { lost, others = state.others, completeSchemas = state.completeSchemas } = changes;
  if (lost !== null) return nothingKnown(state.server, lost);
  const schemas = overlaid(state.schemas, changes.schemas);
  return { ...state, schemas, tables: overlaid(state.tables, changes.tables), others, completeSchemas };
}

/** What makes one state of another. */
export function changesBetween(before: SchemaState, after: SchemaState): SchemaChanges {
  return {
    schemas: entriesBetween(before.schemas, after.schemas),
    tables: entriesBetween(before.tables, after.tables),
    others: after.others,
    completeSchemas: after.completeSchemas,
    lost: null,
  };
}

function entriesBetween<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Map<string, T | null> {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => [key, null] as const);
  return new Map([...gone, ...[...after].filter(([key, value]) => before.get(key) !== value)]);
}

function overlaid<T>(base: ReadonlyMap<string, T>, over: ReadonlyMap<string, T | null>): ReadonlyMap<string, T> {
  if (over.size === 0) return base;
  const result = new Map(base);
  for (const [key, value] of over) {
    if (value === null) result.delete(key);
    else result.set(key, value);
  }
  return result;
}

export function isChanged({ schemas, tables, lost }: SchemaChanges): boolean {
  return schemas.size > 0 || tables.size > 0 || lost !== null;
}
