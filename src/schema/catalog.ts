import { readColumns } from '../mysql/columns.js';
import { withConnection } from '../mysql/connect.js';
import type { ServerAddress } from '../mysql/url.js';
import type { Catalog } from './schemas.js';

/** The tables of a server as they are whenever somebody asks. */
export function serverCatalog(address: ServerAddress, signal: AbortSignal): Catalog {
  return { columns: (table) => withConnection(address, signal, (connection) => readColumns(connection, table)) };
}
