import type { TableMap } from '../binlog/table-map.js';
import type { Schemas } from '../binlog/transactions.js';
import { RowtideError, unreachable } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import type { Table } from '../core/table.js';
import type { ColumnFacts, TableFacts } from '../mysql/columns.js';
import {
  isSelfDescribing,
  mayHaveServerTypes,
  tableFromFacts,
  tableFromMap,
  tableWithoutNames,
  WAYS_OUT,
  withServerTypes,
} from './resolve.js';

/** INFORMATION_SCHEMA of the source, or nothing where the log comes without its server. */
export interface Catalog {
  columns(table: { schema: string; name: string }): Promise<readonly ColumnFacts[] | null>;
}

/** What may be said about columns when the events do not describe themselves. */
export type SchemaMode =
  /** Only what is certain. Without a catalog that is nothing. */
  | { kind: 'auto'; attached: AttachedCatalog | null }
  /** As the tables are now. */
  | { kind: 'assume-current'; catalog: Catalog }
  /** @1, @2, … */
  | { kind: 'none' };

/** All tables as they were at one moment. */
export interface AttachedCatalog {
  readonly tables: readonly TableFacts[];
  /** False where an event is older than the moment of the copy, or may be. */
  isAfter(at: LogPoint): boolean;
}

export function schemas(mode: SchemaMode): Schemas {
  return new StreamSchemas(mode);
}

/** Rowtide never guesses: two INT columns that changed places pass every check of types. */
class StreamSchemas implements Schemas {
  readonly #mode: SchemaMode;
  /** Tables that a statement behind the copy names: whatever it did, they may have changed. */
  readonly #named = new Set<TableFacts>();

  constructor(mode: SchemaMode) {
    this.#mode = mode;
  }

  async table(map: TableMap, at: LogPoint): Promise<Table> {
    if (isSelfDescribing(map)) return this.#selfDescribed(map);
    switch (this.#mode.kind) {
      case 'none':
        return tableWithoutNames(map);
      case 'assume-current': {
        const facts = await this.#mode.catalog.columns(map);
        if (facts === null) throw unknown(map, 'the table does not exist any more');
        return tableFromFacts(map, facts, 'assumed');
      }
      case 'auto':
        return this.#attachedTable(map, at, this.#mode.attached);
    }
  }

  statement(statement: { sql: string }, at: LogPoint): void {
    const attached = this.#mode.kind === 'auto' ? this.#mode.attached : null;
    if (!attached?.isAfter(at)) return;
    const sql = statement.sql.toLowerCase();
    for (const table of attached.tables) if (names(sql, table.name.toLowerCase())) this.#named.add(table);
  }

  async #selfDescribed(map: TableMap): Promise<Table> {
    const facts = mayHaveServerTypes(map) ? await this.#currentColumns(map) : null;
    return facts === null ? tableFromMap(map) : withServerTypes(tableFromMap(map), facts);
  }

  async #currentColumns(map: TableMap): Promise<readonly ColumnFacts[] | null> {
    switch (this.#mode.kind) {
      case 'none':
        return null;
      case 'assume-current':
        return this.#mode.catalog.columns(map);
      case 'auto':
        return (
          this.#mode.attached?.tables.find((table) => table.schema === map.schema && table.name === map.name)
            ?.columns ?? null
        );
      default:
        return unreachable(this.#mode);
    }
  }

  #attachedTable(map: TableMap, at: LogPoint, attached: AttachedCatalog | null): Table {
    if (attached === null) throw unknown(map, 'the log does not describe them');
    if (!attached.isAfter(at)) {
      throw unknown(map, 'the log does not describe them, and these rows are older than what was read from the server');
    }
    const facts = attached.tables.find((table) => table.schema === map.schema && table.name === map.name);
    if (facts === undefined) throw unknown(map, 'it was made after the columns of all tables were read');
    if (this.#named.has(facts)) throw unknown(map, 'a statement after its columns were read may have changed them');
    return tableFromFacts(map, facts.columns, 'information-schema');
  }
}

/** True if the name stands in the statement as a word of its own, whatever it means there. */
function names(sql: string, name: string): boolean {
  const quoted = name.replaceAll('`', '``');
  for (let at = sql.indexOf(quoted); at >= 0; at = sql.indexOf(quoted, at + 1)) {
    const around = sql.slice(Math.max(0, at - 1), at) + sql.slice(at + quoted.length, at + quoted.length + 1);
    if (!IDENTIFIER.test(around)) return true;
  }
  return false;
}

const IDENTIFIER = /[\p{L}\p{N}_$]/u;

function unknown(map: TableMap, why: string): RowtideError {
  return new RowtideError('TABLE_UNKNOWN', `columns of ${map.schema}.${map.name} are not known: ${why}`, {
    hint: WAYS_OUT,
  });
}
