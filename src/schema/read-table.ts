import { readColumns } from '../mysql/columns.js';
import type { Connection } from '../mysql/connect.js';
import { readKeysOf } from '../mysql/schema.js';
import type { TableDefinition } from './definition.js';
import { definitionOf } from './facts.js';

/** A table as it is now, without its collation; null when there is none of that name that the user may see. */
export async function readTable(
  connection: Connection,
  table: { readonly schema: string; readonly name: string },
): Promise<TableDefinition | null> {
  const columns = await readColumns(connection, table);
  if (columns === null) return null;
  const keys = await readKeysOf(connection, table);
  return definitionOf({ ...table, columns, keys, collation: '' });
}
