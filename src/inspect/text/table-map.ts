import { NameBytesReader } from '../../binlog/bytes.js';
import { decodeTableMap } from '../../binlog/table-map.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import { loggedTable } from './logged-names.js';
import { type PrintState, UNDEFINED_SERVER_VERSION } from './state.js';
import { writeTableMetadata } from './table-metadata.js';

/** Servers say since then which tables have a primary key that they made themselves. */
const KEYS_MADE_SINCE = 80032;
const FLAG_GENERATED_INVISIBLE_KEY = 4;

/** The lines about TABLE_MAP among the headers; what of it goes into BINLOG is printed with the rows. */
export function printTableMap(logged: LoggedEvent, state: PrintState, output: Output): void {
  if (state.options.shortForm) return;
  const { tableId, flags, schema, name } = loggedTable(logged);
  printHeader(logged, state, output);
  output.ascii(`\tTable_map: \`${schema}\`.\`${name}\` mapped to number ${tableId}\n`);
  const hasGeneratedKey = (flags & FLAG_GENERATED_INVISIBLE_KEY) !== 0;
  const version = state.immediateServerVersion;
  if (version >= KEYS_MADE_SINCE && version !== UNDEFINED_SERVER_VERSION) {
    output.ascii(`# has_generated_invisible_primary_key=${hasGeneratedKey ? 1 : 0}\n`);
  }
  if (state.options.tableMetadata) {
    const map = decodeTableMap(logged.event, logged.format, NameBytesReader);
    writeTableMetadata({ map, style: 'mysql', hasGeneratedKey }, output);
  }
  state.statement.add(logged);
}
