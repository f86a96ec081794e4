import { isSelfDescribing, tableFromMap, tableWithoutNames } from '../binlog/mapped-table.js';
import type { LoggedStatement } from '../binlog/query.js';
import type { TableMap } from '../binlog/table-map.js';
import type { Schemas } from '../binlog/transactions.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import type { SchemaMark } from '../core/position.js';
import type { Table } from '../core/table.js';
import type { ColumnFacts } from '../mysql/columns.js';
import type { ColumnDefinition } from './definition.js';
import { columnOfFacts } from './facts.js';
import type { SchemaHistory } from './history/history.js';
import { mayHaveServerTypes, tableFromDefinition, tableFromFacts, WAYS_OUT, withServerTypes } from './resolve.js';

/** INFORMATION_SCHEMA of the source, or nothing where the log comes without its server. */
export interface Catalog {
  columns(table: { schema: string; name: string }): Promise<readonly ColumnFacts[] | null>;
}

/** What may be said about columns when the events do not describe themselves. */
export type SchemaMode =
  /** Only what is certain. Without a history that is nothing. */
  | { kind: 'auto'; history: SchemaHistory | null }
  /** As the tables are now. */
  | { kind: 'assume-current'; catalog: Catalog }
  /** @1, @2, … */
  | { kind: 'none' };

export function schemas(mode: SchemaMode): Schemas {
  return new StreamSchemas(mode);
}

/** Rowtide never guesses: two INT columns that changed places pass every check of types. */
class StreamSchemas implements Schemas {
  readonly #mode: SchemaMode;
  readonly #history: SchemaHistory | null;

  constructor(mode: SchemaMode) {
    this.#mode = mode;
    this.#history = mode.kind === 'auto' ? mode.history : null;
  }

  get mark(): SchemaMark | undefined {
    return this.#history?.mark;
  }

  async table(map: TableMap, at: LogPoint): Promise<Table> {
    if (isSelfDescribing(map)) return this.#selfDescribed(map, at);
    switch (this.#mode.kind) {
      case 'none':
        return tableWithoutNames(map);
      case 'assume-current': {
        const facts = await this.#mode.catalog.columns(map);
        if (facts === null) throw unknown(map, { why: 'the table does not exist any more' });
        return tableFromFacts(map, facts);
      }
      case 'auto':
        return recorded(map, at, this.#mode.history);
    }
  }

  record(statement: LoggedStatement, at: LogPoint): Promise<void> | undefined {
    return this.#history?.record(statement, at);
  }

  async #selfDescribed(map: TableMap, at: LogPoint): Promise<Table> {
    const known = mayHaveServerTypes(map) ? await this.#knownColumns(map, at) : null;
    return known === null ? tableFromMap(map) : withServerTypes(tableFromMap(map), known);
  }

  async #knownColumns(map: TableMap, at: LogPoint): Promise<readonly ColumnDefinition[] | null> {
    switch (this.#mode.kind) {
      case 'none':
        return null;
      case 'assume-current':
        return (await this.#mode.catalog.columns(map))?.map(columnOfFacts) ?? null;
      case 'auto': {
        const table = (await this.#history?.table(map.schema, map.name, at)) ?? null;
        return table?.kind === 'known' ? table.definition.columns : null;
      }
      default:
        return unreachable(this.#mode);
    }
  }
}

async function recorded(map: TableMap, at: LogPoint, history: SchemaHistory | null): Promise<Table> {
  if (history === null) throw unknown(map, { why: 'the log does not describe them' });
  const table = await history.table(map.schema, map.name, at);
  if (table === null) throw unknown(map, { why: 'no statement that made it is in the log' });
  if (table.kind === 'unknown') throw unknown(map, table);
  return tableFromDefinition(map, table.definition, history.server);
}

function unknown(
  { schema, name }: TableMap,
  { code = 'TABLE_UNKNOWN', why }: { code?: 'TABLE_UNKNOWN' | 'DDL_UNKNOWN'; why: string },
): RowtideError {
  return new RowtideError(code, `columns of ${schema}.${name} are not known: ${why}`, { hint: WAYS_OUT });
}
