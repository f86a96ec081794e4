import type { Log, Session, Table } from 'rowtide';
import { planOf, type TablePlan } from './plan.js';
import type { Route, routesOf } from './routes.js';
import { readTargetTable, type TargetTable } from './target-table.js';

export interface TablesOptions {
  readonly routeOf: ReturnType<typeof routesOf>;
  readonly log: Log;
}

/** The plans of tables: the target is asked about each of its tables once, and again behind statements that change some. */
export class Tables {
  readonly #options: TablesOptions;
  readonly #warned = new Set<string>();
  #targets = new Map<string, Promise<TargetTable | null>>();
  #plans = new WeakMap<Table, TablePlan>();

  constructor(options: TablesOptions) {
    this.#options = options;
  }

  /** Of a table that was planned before. */
  known(table: Table): TablePlan | undefined {
    return this.#plans.get(table);
  }

  async plan(table: Table, session: Session): Promise<TablePlan> {
    const route = this.#options.routeOf(table);
    const place = `${route.schema}.${route.name}`;
    const target = this.#targets.get(place) ?? readTargetTable(session, route.schema, route.name);
    this.#targets.set(place, target);
    target.catch(() => this.#targets.delete(place));
    const plan = planOf(table, route, await target);
    this.#warn(plan, route, place);
    this.#plans.set(table, plan);
    return plan;
  }

  /** Forgets what the target's tables are. */
  reset(): void {
    this.#targets = new Map();
    this.#plans = new WeakMap();
  }

  #warn({ target, keys }: TablePlan, route: Route, place: string): void {
    if (this.#warned.has(place)) return;
    this.#warned.add(place);
    const { log } = this.#options;
    if (keys.length === 0) {
      log.warn({ table: place }, 'the table has no key at the target: each row is looked for by all that it holds');
    }
    if (target.triggers.length > 0) {
      log.warn(
        { table: place, triggers: target.triggers, policy: route.triggers },
        'the triggers of the target fire for the rows of the source',
      );
    }
  }
}
