import type { LogPoint } from '../core/event.js';
import { readAllColumns, readColumns } from '../mysql/columns.js';
import { withConnection } from '../mysql/connect.js';
import { logFiles } from '../mysql/probe.js';
import type { ServerAddress } from '../mysql/url.js';
import type { AttachedCatalog, Catalog } from './schemas.js';

/** The tables of a server as they are whenever somebody asks. */
export function serverCatalog(address: ServerAddress, signal: AbortSignal): Catalog {
  return { columns: (table) => withConnection(address, signal, (connection) => readColumns(connection, table)) };
}

/**
 * Copies the columns of all tables. The end of the log is read first: a statement in between is behind it in the log,
 * and then makes what it names unknown.
 */
export async function attachCatalog(address: ServerAddress, signal: AbortSignal): Promise<AttachedCatalog> {
  return withConnection(address, signal, async (connection) => {
    const last = (await logFiles(connection)).at(-1);
    const end = { file: last?.name ?? '', offset: last?.sizeBytes ?? 0 };
    return { tables: await readAllColumns(connection), isAfter: (at) => isAtOrBehind(at, end) };
  });
}

function isAtOrBehind(at: LogPoint, end: LogPoint): boolean {
  if (at.file === end.file) return at.offset >= end.offset;
  return sequenceOf(at.file) > sequenceOf(end.file);
}

function sequenceOf(file: string): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? Number.NaN);
}
