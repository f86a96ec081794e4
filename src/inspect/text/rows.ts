import { rowsTableId } from '../../binlog/rows.js';
import * as type from '../../binlog/types.js';
import { RowtideError } from '../../core/errors.js';
import { HEADER_BYTES } from '../../core/event.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader } from './header.js';
import type { PrintState } from './state.js';

/** Where the flags of a row event stand. */
export function flagsAt({ event, format }: LoggedEvent): number {
  return HEADER_BYTES + (format.postHeaderBytes(event.type) === 6 ? 4 : 6);
}

/** Rows are printed as BINLOG, which no server takes without that of the format. */
export function checkFormat({ event }: LoggedEvent, { options, printedFormat }: PrintState): void {
  if (printedFormat || options.shortForm || options.base64Output === 'decode-rows') return;
  throw new RowtideError('USAGE', `a ${type.eventTypeName(event.type)} can be printed as base64 only`, {
    hint: 'Instead of --base64-output=never use decode-rows, with -v to see the rows.',
  });
}

/** A row event: its header goes out, BINLOG and pseudo-SQL wait for the end of the statement. */
export function printRows(logged: LoggedEvent, state: PrintState, output: Output): void {
  const { options, statement } = state;
  if (options.shortForm) return;
  const { event, format } = logged;
  printHeader(logged, state, output);
  const flags = event.bytes.readUInt16LE(flagsAt(logged));
  output.ascii(`\t${NAMES[event.type] ?? 'Unknown'}: table id ${rowsTableId(event, format)}${flagsText(flags)}\n`);
  statement.add(logged);
}

function flagsText(flags: number): string {
  if (flags === 0) return '';
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const rest = FLAG_NAMES.reduce((left, [bit]) => left & ~bit, flags);
  if (rest !== 0) names.push(`UNKNOWN_FLAG(0x${rest.toString(16)})`);
  return ` flags: ${names.join(' ')}`;
}

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [1, 'STMT_END_F'],
  [2, 'NO_FOREIGN_KEY_CHECKS_F'],
  [4, 'RELAXED_UNIQUE_CHECKS_F'],
  [16, 'USE_SQL_FOREIGN_KEY_F'],
  [8, 'COMPLETE_ROWS_F'],
];

const NAMES: Readonly<Record<number, string>> = {
  [type.WRITE_ROWS_EVENT]: 'Write_rows',
  [type.UPDATE_ROWS_EVENT]: 'Update_rows',
  [type.DELETE_ROWS_EVENT]: 'Delete_rows',
  [type.PARTIAL_UPDATE_ROWS_EVENT]: 'Update_rows_partial',
};
