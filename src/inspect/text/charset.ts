import type { QueryStatus } from '../../binlog/query-status.js';
import type { Output } from '../output.js';
import { collationName } from './collation-names.js';
import { DELIMITER, type PrintState } from './state.js';

/** Character sets of a session, as collation ids. */
export type Charset = NonNullable<QueryStatus['charset']>;

export function isSameCharset(a: Charset, b: Charset | null): boolean {
  return a.client === b?.client && a.connection === b.connection && a.server === b.server;
}

export function printCharset({ client, connection, server }: Charset, state: PrintState, output: Output): void {
  const name = collationName(client, state.options.style)?.charset;
  // For the client program, which reads the output.
  if (name !== undefined) output.ascii(`/*!\\C ${name} */${DELIMITER}\n`);
  output.ascii(
    `SET @@session.character_set_client=${client},@@session.collation_connection=${connection},@@session.collation_server=${server}${DELIMITER}\n`,
  );
}
