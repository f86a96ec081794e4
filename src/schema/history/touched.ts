import type { AlterAction, Ddl, TableName } from '../../sql/ddl/statement.js';

/** What a statement may have changed, whatever it did to it. */
export interface Touched {
  readonly tables: readonly TableName[];
  /** All tables in them, too. */
  readonly schemas: readonly string[];
}

/** `schema` is the default one. */
export function touchedBy(ddl: Ddl, schema: string): Touched {
  switch (ddl.kind) {
    case 'create-table':
    case 'create-like':
    case 'create-sequence':
      return { tables: [ddl.table], schemas: [] };
    case 'alter-table':
      return { tables: [ddl.table, ...ddl.actions.flatMap(otherTable)], schemas: [] };
    case 'rename-tables':
      return { tables: ddl.renames.flatMap(({ from, to }) => [from, to]), schemas: [] };
    case 'drop-tables':
      return { tables: ddl.tables, schemas: [] };
    case 'create-schema':
    case 'drop-schema':
      return { tables: [], schemas: [ddl.name] };
    // The default of tables that are made later; those that are there stay as they are.
    case 'alter-schema':
      return { tables: [], schemas: [ddl.name ?? schema] };
    case 'unconcerned':
      return { tables: [], schemas: [] };
  }
}

function otherTable(action: AlterAction): TableName[] {
  switch (action.do) {
    case 'rename-table':
      return [action.to];
    case 'partition-to-table':
    case 'table-to-partition':
      return [action.table];
    default:
      return [];
  }
}
