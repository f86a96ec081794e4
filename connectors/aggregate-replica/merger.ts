import {
  type Connection,
  formatGtid,
  type Log,
  type MergedDdl,
  mergedDdl,
  mergeStep,
  RowtideError,
  readTable,
  type SinkSource,
  type SinkStats,
  type Statement,
  type TableDefinition,
  type Transaction,
  unreachable,
  type Verdict,
} from 'rowtide';
import { extendedByAdded, withoutAdded } from './added-columns.js';
import { type MergeMemory, quoted, type SourcePlace, type StoredVersion, type TargetName } from './merge-memory.js';
import { type ReadStatement, routedDdl, sqlModeOf } from './routed-ddl.js';

/** Where the rows of a table of the source go. */
export type RouteOf = (table: { readonly schema: string; readonly name: string }) => TargetName & {
  /** Columns of the target that hold the same in every row of that table. */
  readonly added: ReadonlyMap<string, string>;
};

export interface MergerOptions {
  readonly connection: Connection;
  readonly memory: MergeMemory;
  readonly routeOf: RouteOf;
  readonly source: Pick<SinkSource, 'wants'>;
  readonly stream: string;
  readonly log: Log;
  readonly stats: SinkStats;
  /** Runs what alters tables that others write to. */
  readonly altering: (work: () => Promise<void>) => Promise<void>;
}

type TableDdl = Extract<MergedDdl, { kind: 'table' }>;

/** Makes a statement of one source for all of them, or sees that it was made. */
export class Merger {
  readonly #options: MergerOptions;

  constructor(options: MergerOptions) {
    this.#options = options;
  }

  /** Throws SINK_REFUSED, with what is different, where it cannot be merged. */
  async merge(statement: Statement, transaction: Transaction, signal: AbortSignal): Promise<void> {
    const { memory, stats, stream } = this.#options;
    const place = placeOf(transaction);
    const read = readable(statement, place);
    const ddl = this.#concern(read);
    switch (ddl?.kind) {
      case undefined:
        stats.count('statements left out');
        return;
      case 'refused':
        throw refused(`${stream}: ${statement.sql} at ${place}: ${ddl.why}`, HINT_REFUSED);
      case 'table':
        return memory.locked('tables', signal, () => this.#mergeTable(ddl, read, place));
      default:
        return unreachable(ddl);
    }
  }

  /** For who wants no statements about tables. */
  refuse(statement: Statement, transaction: Transaction): void {
    const place = placeOf(transaction);
    if (this.#concern(readable(statement, place)) === null) return;
    throw refused(`${this.#options.stream}: ${statement.sql} at ${place}, and ddl is refuse`, HINT_REFUSED);
  }

  /** Null where it is about no table whose rows are wanted. */
  #concern(statement: ReadStatement): Exclude<MergedDdl, { kind: 'unconcerned' }> | null {
    const { wants } = this.#options.source;
    const ddl = mergedDdl(statement);
    switch (ddl.kind) {
      case 'unconcerned':
        return null;
      case 'refused':
        return ddl.tables.some(({ schema, name }) => wants(schema, name)) ? ddl : null;
      case 'table':
        return wants(ddl.schema, ddl.name) ? ddl : null;
      default:
        return unreachable(ddl);
    }
  }

  async #mergeTable(ddl: TableDdl, statement: ReadStatement, place: string): Promise<void> {
    const { memory, routeOf, stats, stream, log } = this.#options;
    const target = routeOf(ddl);
    const source = `${ddl.schema}.${ddl.name}`;
    const known = (await memory.places()).find((each) => each.source === source && isSame(each.target, target));
    // Made by an attempt that did not get to its checkpoint.
    if (known?.place === place) return;
    const versions = await this.#versions(target);
    const words = wordsOf(routedDdl(statement, routeOf));
    const { verdict, after } = decided(ddl, { versions, words, at: placesFrom(ddl, versions, known) });
    const facts = { stream, table: `${target.schema}.${target.name}`, statement: statement.sql, place };
    switch (verdict.kind) {
      case 'recognised':
        await memory.setPlace({ target, source, version: verdict.version, place });
        stats.count('statements recognised');
        log.info(facts, 'another source was first with this statement');
        return;
      case 'apply': {
        const version = versions.length;
        const renames = ddl.renames;
        await memory.addVersion(target, version, { definition: after, statement: words, renames, isMade: false });
        await this.#options.altering(async () => {
          await this.#make(ddl, statement, place);
          await memory.setMade(target, version);
        });
        await memory.setPlace({ target, source, version, place });
        stats.count('statements made');
        log.info(facts, 'made for all sources');
        return;
      }
      case 'differs':
        throw refused(
          `${stream}: ${statement.sql} at ${place} makes another table of ${facts.table} than it is: ${verdict.why}`,
          HINT_DIFFERS,
        );
      default:
        return unreachable(verdict);
    }
  }

  /** A version whose statement was begun and never confirmed is one, or none: the table says which. */
  async #versions(target: ReturnType<RouteOf>): Promise<StoredVersion[]> {
    const { memory, connection } = this.#options;
    const versions = await memory.versions(target);
    const actual = await readTable(connection, target);
    const own = actual === null ? null : withoutAdded(actual, target.added);
    const last = versions.at(-1);
    if (last !== undefined && !last.isMade) {
      const at = versions.length - 1;
      if (own !== null && isAlike(own, last.definition)) await memory.setMade(target, at);
      else {
        await memory.removeVersion(target, at);
        versions.pop();
      }
    }
    // Made by a person, before any source came to a statement about it.
    if (versions.length === 0 && own !== null) {
      versions.push({ definition: own, statement: '', renames: {}, isMade: true });
      await memory.addVersion(target, 0, versions[0]!);
    }
    return versions;
  }

  async #make(ddl: TableDdl, statement: ReadStatement, place: string): Promise<void> {
    const { connection, routeOf, stream } = this.#options;
    const target = routeOf(ddl);
    try {
      if (ddl.creates) await connection.query(`CREATE DATABASE IF NOT EXISTS ${quoted(target.schema)}`);
      await connection.query(`SET SESSION sql_mode = '${sqlModeOf(statement)}'`);
      await connection.query(routedDdl(statement, routeOf));
      const made = await readTable(connection, target);
      const extended = made === null ? null : extendedByAdded(target, made, target.added);
      if (extended !== null) await connection.query(extended);
    } catch (error) {
      if (!(error instanceof RowtideError)) throw error;
      const message = `${stream}: ${statement.sql} at ${place} cannot be made of ${target.schema}.${target.name}: ${error.message}`;
      const { retryable } = error;
      throw new RowtideError(retryable ? 'SINK_UNREACHABLE' : 'SINK_REFUSED', message, {
        retryable,
        hint: HINT_DIFFERS,
        cause: error,
      });
    } finally {
      await connection.query("SET SESSION sql_mode = ''").catch(() => undefined);
    }
  }
}

const HINT_REFUSED =
  'It is about what many sources share: do by hand what should be done at the target, then leave the statement out with rowtide replica skip.';
const HINT_DIFFERS =
  'Make the tables of the sources alike again; what should not be done at the target is left out with rowtide replica skip, after which the row of the source is deleted from merged_source in the target, so that it counts as being like the others.';

function refused(message: string, hint: string): RowtideError {
  return new RowtideError('SINK_REFUSED', message, { hint });
}

function placeOf({ gtid, span }: Transaction): string {
  return gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid);
}

function readable({ schema, sql, dialect, invalid }: Statement, place: string): ReadStatement {
  if (dialect !== undefined && invalid === undefined) return { schema, sql, dialect };
  throw refused(`the statement at ${place} cannot be read as its session read it: ${sql}`, HINT_REFUSED);
}

function isSame(left: TargetName, right: TargetName): boolean {
  return left.schema === right.schema && left.name === right.name;
}

function isAlike(left: TableDefinition, right: TableDefinition): boolean {
  const step = { versions: [{ definition: right, statement: '', renames: {} }], at: -1, after: left, statement: '' };
  return mergeStep(step).kind === 'recognised';
}

/** Blanks and the case of keywords may differ from source to source; what stands in quotes may not. */
function wordsOf(sql: string): string {
  return sql.trim().replace(/\s+/g, ' ');
}

/** From which versions the statement may start; the first that fits is taken. */
function placesFrom(ddl: TableDdl, versions: readonly StoredVersion[], known: SourcePlace | undefined): number[] {
  if (ddl.creates) return [-1];
  if (known !== undefined) return [known.version];
  // A source that was like the target when it came: which version that was, its statement says.
  return versions.map((_, i) => versions.length - 1 - i);
}

interface Deciding {
  readonly versions: readonly StoredVersion[];
  readonly words: string;
  readonly at: readonly number[];
}

function decided(
  ddl: TableDdl,
  { versions, words, at: places }: Deciding,
): { verdict: Verdict; after: TableDefinition } {
  let first: { verdict: Verdict; after: TableDefinition } | null = null;
  let failure: unknown = new RowtideError('SINK_REFUSED', `the target has no table ${ddl.schema}.${ddl.name}`, {
    hint: 'Create it, or let its source begin before it was created.',
  });
  for (const at of places) {
    try {
      const after = ddl.after(versions[at]?.definition ?? null);
      if (after === null) continue;
      const verdict = mergeStep({ versions, at, after, statement: words });
      if (verdict.kind !== 'differs') return { verdict, after };
      first ??= { verdict, after };
    } catch (error) {
      failure = error;
    }
  }
  if (first !== null) return first;
  throw failure;
}
