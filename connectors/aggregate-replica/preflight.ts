import { type Connection, type Log, RowtideError, readTable, type SinkSource, type TableDefinition } from 'rowtide';
import { withoutAdded } from './added-columns.js';
import { compareKeys, type Finding, type KeyFacts } from './collisions.js';
import { keyFacts, type SourceTable, sourceTables } from './key-facts.js';
import type { MergeMemory, SourcePlace, StoredVersion, TargetName } from './merge-memory.js';
import type { RouteOf } from './merger.js';

export interface PreflightOptions {
  /** Of the source. */
  readonly source: Connection;
  /** Of the target. */
  readonly target: Connection;
  readonly memory: MergeMemory;
  readonly wants: SinkSource['wants'];
  readonly routeOf: RouteOf;
  /** Whether a key that two sources have stops the pipeline: then they are looked for before it happens. */
  readonly stopsAtConflicts: (table: SourceTable) => boolean;
  readonly stream: string;
  readonly log: Log;
}

/** Notes what this source brings into tables that others share, and throws SINK_REFUSED where keys collide. */
export async function preflight(options: PreflightOptions, signal: AbortSignal): Promise<void> {
  const tables = await sourceTables(options.source, options.wants);
  for (const table of tables) {
    // Read before the lock, since it may take a while.
    const place = `${options.stream} (${table.schema}.${table.name})`;
    const facts = await keyFacts(options.source, table, place);
    const known = (await options.memory.places()).some((each) => isOf(each, table, options));
    // Not behind a long statement of another source, where there is nothing to enter.
    if (!known) await options.memory.locked('tables', signal, () => enter(table, options));
    await options.memory.locked('keys', signal, () => admit(table, facts, options));
  }
}

function isOf({ source, target }: SourcePlace, table: SourceTable, { routeOf }: PreflightOptions): boolean {
  const { schema, name } = routeOf(table);
  return source === `${table.schema}.${table.name}` && target.schema === schema && target.name === name;
}

/** A source that comes to a table is at the version whose columns it has, or else at the last one. */
async function enter({ schema, name, definition }: SourceTable, options: PreflightOptions): Promise<void> {
  const { memory, routeOf, target: connection } = options;
  const target = routeOf({ schema, name });
  const actual = await readTable(connection, target);
  if (actual === null) return;
  const versions: StoredVersion[] = await memory.versions(target);
  if (versions.length === 0) {
    const first = { definition: withoutAdded(actual, target.added), statement: '', renames: {}, isMade: true };
    await memory.addVersion(target, 0, first);
    versions.push(first);
  }
  const found = versions.findLastIndex((version) => columnsOf(version.definition) === columnsOf(definition));
  const version = found < 0 ? versions.length - 1 : found;
  await memory.setPlace({ target, source: `${schema}.${name}`, version, place: '' });
}

async function admit(table: SourceTable, facts: KeyFacts, options: PreflightOptions): Promise<void> {
  const { memory, routeOf, target: connection } = options;
  const target = routeOf(table);
  const source = `${table.schema}.${table.name}`;
  const actual = await readTable(connection, target);
  const mine = { facts, added: [...target.added] };
  for (const text of await memory.factsOfOthers(target, source)) {
    const other = decodeFacts(text);
    if (areToldApart(mine, other, actual)) continue;
    for (const finding of compareKeys(facts, other.facts)) judge(finding, { table, target, options });
  }
  await memory.setFacts(target, source, encodeFacts(mine));
}

function columnsOf({ columns }: TableDefinition): string {
  return columns
    .map(({ name }) => name.toLowerCase())
    .sort()
    .join('\n');
}

interface SharedFacts {
  readonly facts: KeyFacts;
  /** The columns that the route adds, with their values. */
  readonly added: readonly (readonly [string, string])[];
}

/** By an added column that is part of every unique key, or will be once the table is made. */
function areToldApart(mine: SharedFacts, other: SharedFacts, actual: TableDefinition | null): boolean {
  const telling = mine.added.filter(([name, value]) =>
    other.added.some(([each, its]) => each === name && its !== value),
  );
  if (telling.length === 0) return false;
  const unique = actual?.keys.filter((key) => key.unique) ?? [];
  return unique.every(({ parts }) =>
    parts.some(({ column }) => telling.some(([name]) => name.toLowerCase() === column?.toLowerCase())),
  );
}

function judge(
  { kind, what }: Finding,
  { table, target, options }: { table: SourceTable; target: TargetName; options: PreflightOptions },
): void {
  const place = `${target.schema}.${target.name}`;
  if (kind === 'collides' && options.stopsAtConflicts(table)) {
    throw new RowtideError('SINK_REFUSED', `keys of sources collide in ${place}: ${what}`, {
      hint: 'Add a column that tells the sources apart (add, in its route), give the servers auto_increment_increment and an auto_increment_offset each, or say what is to be done with conflicts of that table.',
    });
  }
  options.log.warn({ table: place, finding: what }, 'keys of sources may collide');
}

function encodeFacts({ facts, added }: SharedFacts): string {
  return JSON.stringify({ facts, added }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function decodeFacts(text: string): SharedFacts {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as SharedFacts;
}
