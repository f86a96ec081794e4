import { isMariadb } from '../binlog/server-version.js';
import type { ColumnFacts } from '../mysql/columns.js';
import type { KeyRow, ServerSchema, TableRow } from '../mysql/schema.js';
import { Collations } from './collations.js';
import type { ColumnDefinition, KeyDefinition, TableDefinition } from './definition.js';
import { ROW_END } from './hidden-columns.js';
import { type SchemaState, schemaKey, type TableState, tableKey, type Unknown } from './history/state.js';

const INVISIBLE_TO_US: Unknown = {
  kind: 'unknown',
  code: 'TABLE_UNKNOWN',
  why: 'its columns were not among those that the user may see',
};

/** INFORMATION_SCHEMA as the state of all tables at one moment. */
export function stateOfServer(schema: ServerSchema): SchemaState {
  const server = {
    flavour: isMariadb(schema.version) ? ('mariadb' as const) : ('mysql' as const),
    caseSensitive: schema.lowerCaseTableNames === 0,
    explicitDefaultsForTimestamp: schema.explicitDefaultsForTimestamp,
    collations: new Collations(schema.collations),
  };
  return {
    server,
    schemas: new Map(schema.schemas.map(({ name, collation }) => [schemaKey(server, name), collation])),
    tables: new Map(
      schema.tables.map((table): [string, TableState] => [
        tableKey(server, table.schema, table.name),
        { kind: 'known', definition: definitionOf(table) },
      ]),
    ),
    others: schema.completeSchemas === null ? null : INVISIBLE_TO_US,
    completeSchemas: new Set(schema.completeSchemas?.map((name) => schemaKey(server, name)) ?? []),
  };
}

export function definitionOf({ columns, keys, collation }: TableRow): TableDefinition {
  return {
    columns: columns.filter(({ isHidden }) => !isHidden).map(columnOfFacts),
    keys: keysOf(keys, columns),
    collation,
    hasHiddenPeriod: columns.some(({ isHidden, name }) => isHidden && name === ROW_END),
  };
}

export function columnOfFacts(facts: ColumnFacts): ColumnDefinition {
  const extra = facts.extra.toUpperCase();
  const type = facts.dataType === 'geomcollection' ? 'geometrycollection' : facts.dataType;
  return {
    name: facts.name,
    type,
    length: lengthOf(type, facts),
    scale: type === 'decimal' ? (facts.scale ?? 0) : null,
    fractionDigits: facts.datetimePrecision ?? 0,
    unsigned: type === 'year' || / unsigned\b/.test(facts.columnType),
    labels: labelsOf(facts),
    // MySQL names none for labels that are bytes.
    collation: facts.collation ?? (type === 'enum' || type === 'set' ? 'binary' : null),
    nullable: facts.nullable,
    generated: /\bVIRTUAL GENERATED\b/.test(extra)
      ? 'virtual'
      : /\b(STORED|PERSISTENT)( GENERATED)?\b/.test(extra)
        ? 'stored'
        : null,
    visible: !/\bINVISIBLE\b/.test(extra),
  };
}

function lengthOf(type: string, facts: ColumnFacts): number | null {
  switch (type) {
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return facts.charLength;
    case 'bit':
    case 'decimal':
      return facts.precision;
    case 'vector':
      return Number(/\((\d+)\)/.exec(facts.columnType)?.[1] ?? Number.NaN);
    default:
      return null;
  }
}

/** `enum('a','it''s','c:\\\\d')` → a, it's, c:\\d. The server escapes these, whatever NO_BACKSLASH_ESCAPES says. */
export function labelsOf({
  dataType,
  columnType,
}: Pick<ColumnFacts, 'dataType' | 'columnType'>): readonly string[] | null {
  if (dataType !== 'enum' && dataType !== 'set') return null;
  const list = columnType.slice(columnType.indexOf('(') + 1, -1);
  return [...list.matchAll(/'((?:[^']|'')*)'/g)].map((match) =>
    match[1]!.replace(
      /''|\\(.)/g,
      (escaped, char: string | undefined) => LABEL_ESCAPES[char ?? escaped] ?? char ?? escaped,
    ),
  );
}

const LABEL_ESCAPES: Readonly<Record<string, string>> = { "''": "'", n: '\n', r: '\r', '0': '\0' };

/** Which of several unique keys stands in for a missing primary key is the first one's part; the server names its columns. */
function keysOf(rows: readonly KeyRow[], columns: readonly ColumnFacts[]): KeyDefinition[] {
  const keys = new Map<string, KeyDefinition & { parts: KeyDefinition['parts'][number][] }>();
  for (const { name, unique, column, prefix } of rows) {
    const key = keys.get(name) ?? { name, unique, parts: [] };
    key.parts.push({ column, prefix });
    keys.set(name, key);
  }
  const isPromoted = ({ unique, parts }: KeyDefinition): boolean =>
    unique && parts.every(({ column }) => columns.some((each) => each.name === column && each.isPrimary));
  return [...keys.values()].sort((a, b) => Number(isPromoted(b)) - Number(isPromoted(a)));
}
