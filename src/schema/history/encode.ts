import { crc32 } from 'node:zlib';
import { RowtideError } from '../../core/errors.js';
import { Collations } from '../collations.js';
import type { ColumnDefinition, TableDefinition } from '../definition.js';
import type { SchemaChanges, SchemaState, TableState, Unknown } from './state.js';
import { type RecordedChange, type StoredHistory, withChange } from './store.js';

/** Raised when the meaning of a stored history changes. */
export const HISTORY_FORMAT = 1;

/**
 * One line of JSON each, behind its CRC32: first what was known at the beginning, then the changes. A last line without
 * its line feed was never finished, and nobody was told that it was.
 */
export function encodeBeginning({ id, source, version, state, pending }: StoredHistory): string {
  const { server } = state;
  return line({
    format: HISTORY_FORMAT,
    history: id,
    source,
    version,
    pending,
    server: {
      flavour: server.flavour,
      caseSensitive: server.caseSensitive,
      explicitDefaultsForTimestamp: server.explicitDefaultsForTimestamp,
      collations: server.collations.facts.map((each) => [
        each.name,
        each.charset,
        each.id,
        each.isDefault,
        each.bytesMax,
      ]),
    },
    schemas: [...state.schemas],
    tables: [...state.tables].map(encodeTable),
    others: state.others,
    completeSchemas: [...state.completeSchemas],
  });
}

export function encodeChange({ version, at, changes, attaches }: RecordedChange): string {
  const { schemas, tables, others, completeSchemas, lost } = changes;
  return line({
    version,
    at: { file: at.file, offset: at.offset },
    ...(attaches && { attaches }),
    ...(schemas.size > 0 && { schemas: [...schemas] }),
    ...(tables.size > 0 && { tables: [...tables].map(encodeTable) }),
    ...(others !== undefined && { others }),
    ...(completeSchemas !== undefined && { completeSchemas: [...completeSchemas] }),
    ...(lost !== null && { lost }),
  });
}

function line(content: object): string {
  const json = JSON.stringify(content);
  return `${checksum(json)} ${json}\n`;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

function encodeTable([key, state]: readonly [string, TableState | null]): unknown[] {
  if (state === null || state.kind === 'unknown') return [key, state];
  const { columns, ...rest } = state.definition;
  return [key, { columns: columns.map(encodeColumn), ...rest }];
}

/** Part of the file's format, so it stays as it is whatever other defaults become. */
const USUAL: Omit<ColumnDefinition, 'name' | 'type'> = {
  length: null,
  scale: null,
  fractionDigits: 0,
  unsigned: false,
  labels: null,
  collation: null,
  nullable: true,
  generated: null,
  visible: true,
};

/** Only what is not as usual: there may be a million of them. */
function encodeColumn(column: ColumnDefinition): object {
  const isUsual = (key: string, value: unknown): boolean => key in USUAL && USUAL[key as keyof typeof USUAL] === value;
  return Object.fromEntries(Object.entries(column).filter(([key, value]) => !isUsual(key, value)));
}

/** What a file holds, and how many of its bytes: the rest is the beginning of a change that was never finished. */
export function decodeHistory(text: string, place: string): { history: StoredHistory; length: number } {
  const lines = text.split('\n');
  lines.pop();
  const [first, ...rest] = lines.map((each, i) => parseLine(each, `${place}:${i + 1}`));
  if (first === undefined) throw corrupt(place, 'its first line is not whole');
  if (typeof first.format === 'number' && first.format > HISTORY_FORMAT) throw newer(place, first.format);
  if (first.format !== HISTORY_FORMAT) throw corrupt(place, 'it names no format');
  const changes = rest.map(decodeChange).reduce<RecordedChange[]>(withChange, []);
  return { history: { ...decodeBeginning(first), changes }, length: text.lastIndexOf('\n') + 1 };
}

/** Plain JSON that passed its checksum: its shape is ours. */
interface Line {
  readonly [key: string]: unknown;
}

function parseLine(text: string, place: string): Line {
  const [stored, json] = [text.slice(0, 8), text.slice(9)];
  if (stored !== checksum(json)) throw corrupt(place, 'its checksum does not match');
  return JSON.parse(json) as Line;
}

function decodeBeginning(from: Line): Omit<StoredHistory, 'changes'> {
  const server = from.server as {
    flavour: 'mysql' | 'mariadb';
    caseSensitive: boolean;
    explicitDefaultsForTimestamp: boolean;
    collations: [string, string, number, boolean, number][];
  };
  const collations = server.collations.map(([name, charset, id, isDefault, bytesMax]) => ({
    ...{ name, charset, id, isDefault, bytesMax },
  }));
  const state: SchemaState = {
    server: { ...server, collations: new Collations(collations) },
    schemas: new Map(from.schemas as [string, string][]),
    tables: new Map((from.tables as EncodedTable[]).map(decodeTable) as [string, TableState][]),
    others: from.others as Unknown | null,
    completeSchemas: new Set(from.completeSchemas as string[]),
  };
  const { history: id, source, version, pending } = from as unknown as { history: string } & StoredHistory;
  return { id, source, version, pending, state };
}

function decodeChange(from: Line): RecordedChange {
  const { version, at } = from as unknown as RecordedChange;
  const attaches = from.attaches === true;
  const { others } = from as unknown as SchemaChanges;
  const changes: SchemaChanges = {
    schemas: new Map((from.schemas ?? []) as [string, string | null][]),
    tables: new Map(((from.tables ?? []) as EncodedTable[]).map(decodeTable)),
    ...(others !== undefined && { others }),
    ...(from.completeSchemas !== undefined && { completeSchemas: new Set(from.completeSchemas as string[]) }),
    lost: (from.lost ?? null) as Unknown | null,
  };
  return { version, at, attaches, changes };
}

type EncodedTable = [string, TableDefinition | Unknown | null];

function decodeTable([key, table]: EncodedTable): [string, TableState | null] {
  if (table === null || 'kind' in table) return [key, table];
  const columns = table.columns.map((column) => ({ ...USUAL, ...column }));
  return [key, { kind: 'known', definition: { ...table, columns } }];
}

function corrupt(place: string, reason: string): RowtideError {
  return new RowtideError('HISTORY_CORRUPT', `${place} is damaged: ${reason}`, {
    hint: 'Put a whole copy back. If there is none, remove it: a new history is begun, which does not know the tables that were altered since the checkpoint.',
  });
}

function newer(place: string, format: number): RowtideError {
  const message = `${place} was written by a newer Rowtide (history format ${format}, this one knows ${HISTORY_FORMAT})`;
  return new RowtideError('HISTORY_MISMATCH', message, {
    hint: 'Run the version of Rowtide that wrote it, or a newer one.',
  });
}
