import { NameBytesReader } from '../../binlog/bytes.js';
import { decodeExecuteLoadParts, type LoadedFile } from '../../binlog/execute-load-query.js';
import { decodeQueryParts, type QueryParts } from '../../binlog/query.js';
import { decodeTableIdentity } from '../../binlog/table-map.js';
import type { LoggedEvent } from '../logged-event.js';

/**
 * The tools print names as they were logged, whatever their bytes are, up to the first NUL. So names are kept here as
 * texts whose characters are bytes, and go out by `Output.ascii`.
 */
export function nameBytes(name: string): string {
  return Buffer.from(name).toString('latin1');
}

export function textOfName(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

export function loggedQuery({ event, format }: LoggedEvent): QueryParts {
  return decodeQueryParts(event, format, NameBytesReader);
}

export function loggedLoad({ event, format }: LoggedEvent): QueryParts & LoadedFile {
  return decodeExecuteLoadParts(event, format, NameBytesReader);
}

export interface LoggedTable {
  readonly tableId: number;
  readonly flags: number;
  readonly schema: string;
  readonly name: string;
}

/** Of a TABLE_MAP. */
export function loggedTable({ event, format }: LoggedEvent): LoggedTable {
  const { schema, name, ...facts } = decodeTableIdentity(event, format, NameBytesReader);
  return { ...facts, schema: upToNul(schema), name: upToNul(name) };
}

export function upToNul(name: string): string {
  const end = name.indexOf('\0');
  return end < 0 ? name : name.slice(0, end);
}
