import { RowtideError, type Table, tablePattern } from 'rowtide';
import type { RouteOptions, SqlOptions } from './options.js';
import { filled } from './template.js';

/** Where the rows of a table go, and what the options say of it. */
export interface Route {
  readonly schema: string;
  readonly name: string;
  /** Columns of the target with the same value in every row. */
  readonly added: ReadonlyMap<string, string>;
  readonly conflicts: SqlOptions['conflicts'];
  readonly keyless: SqlOptions['keyless'];
  readonly triggers: SqlOptions['triggers'];
}

type RouteOf = (table: Pick<Table, 'schema' | 'name'>) => Route;

/**
 * Finds the route of a table: the first that matches, and the sink's own options where that says nothing. Tables that
 * come together do so by one route; others that would are refused by name.
 */
export function routesOf(
  options: Pick<SqlOptions, 'routes' | 'conflicts' | 'keyless' | 'triggers'>,
  pipeline: string,
): RouteOf {
  // Of a pipeline with several, the name of this one stands behind that of the pipeline.
  const source = pipeline.slice(pipeline.lastIndexOf('.') + 1);
  const routes = options.routes.map((route) => ({ route, pattern: tablePattern(route.match) }));
  const taken = new Map<string, { by: RouteOptions | null; table: string }>();
  return (table) => {
    const found = routes.find(({ pattern }) => pattern.table(table.schema, table.name));
    const route = found?.route ?? null;
    const filling = { table, captured: found?.pattern.captured(table.schema, table.name) ?? [], source };
    const [schema = '', name = ''] = (route?.to ?? '{schema}.{table}')
      .split('.')
      .map((template) => filled(template, filling));
    refuseCollision(taken, { to: `${schema}.${name}`, by: route, table: `${table.schema}.${table.name}` });
    return {
      schema,
      name,
      added: new Map(Object.entries(route?.add ?? {}).map(([column, value]) => [column, filled(value, filling)])),
      conflicts: route?.conflicts ?? options.conflicts,
      keyless: route?.keyless ?? options.keyless,
      triggers: route?.triggers ?? options.triggers,
    };
  };
}

function refuseCollision(
  taken: Map<string, { by: RouteOptions | null; table: string }>,
  { to, by, table }: { to: string; by: RouteOptions | null; table: string },
): void {
  const other = taken.get(to);
  if (other === undefined) taken.set(to, { by, table });
  else if (other.table !== table && other.by !== by) {
    throw new RowtideError('SINK_REFUSED', `tables ${other.table} and ${table} would both be written to ${to}`, {
      hint: 'Give one of them another name by a route, or exclude it; to bring them together, match both by one route.',
    });
  }
}
