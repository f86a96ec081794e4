import { NameBytesReader } from '../../../binlog/bytes.js';
import { rowsFlags, rowsTableId, STMT_END_F } from '../../../binlog/rows.js';
import { decodeTableMap } from '../../../binlog/table-map.js';
import * as type from '../../../binlog/types.js';
import { RowtideError } from '../../../core/errors.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { writeBase64 } from '../base64.js';
import { printDump, printHeader, printHeaderLine } from '../header.js';
import { quoted } from '../identifier.js';
import { loggedTable } from '../logged-names.js';
import { DELIMITER } from '../state.js';
import { writeTableMetadata } from '../table-metadata.js';
import { printAnnotateRows } from './annotate-rows.js';
import { inflatedRows } from './inflated-rows.js';
import { tableAsRead } from './metadata-as-read.js';
import { moved } from './moved.js';
import { countRows } from './row-count.js';
import type { Kept, MariadbState } from './state.js';

const FLAG_HAS_TRIGGERS = 0x4000;

/** Whether rows are printed as BINLOG. */
function isEncoded({ options }: MariadbState): boolean {
  return options.base64Output === 'auto' && !options.shortForm;
}

/** TABLE_MAP, behind the statement whose rows follow. */
export function printMariadbTableMap(
  logged: LoggedEvent,
  state: MariadbState,
  kept: Kept,
  output: Output,
): Promise<void> | null {
  checkFormat(logged, state);
  const { options, head } = state;
  if (kept.annotation !== null) printAnnotateRows(movedTo(logged, kept.annotation), state, head);
  kept.annotation = null;
  const map = decodeTableMap(logged.event, logged.format, NameBytesReader);
  state.tables.set(map.tableId, map);
  if (options.verbose > 0) mapRows(logged, map.tableId, state);
  const { flags, schema, name } = loggedTable(logged);
  if (!options.shortForm) {
    printHeader(logged, state, head);
    const triggers = (flags & FLAG_HAS_TRIGGERS) === 0 ? '' : ' (has triggers)';
    head.ascii(`\tTable_map: ${quoted(schema)}.${quoted(name)} mapped to number ${map.tableId}${triggers}\n`);
  }
  if (options.shortForm && !countsRows(state)) return null;
  if (options.tableMetadata)
    writeTableMetadata({ map: tableAsRead(map), style: 'mariadb', hasGeneratedKey: false }, head);
  if (isEncoded(state)) writeBase64(logged.raw, state.body);
  return moved(head.piecesTo(output), state, output);
}

/** Only rows tell that their columns cannot be printed. */
function mapRows({ event, format }: LoggedEvent, tableId: number, state: MariadbState): void {
  state.unprintable.delete(tableId);
  try {
    state.rows.map(event, format);
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    state.unprintable.set(tableId, error);
  }
}

/** A hexdump of a statement has the offsets of the event that it is printed with. */
function movedTo({ event: { start } }: LoggedEvent, annotation: LoggedEvent): LoggedEvent {
  return { ...annotation, event: { ...annotation.event, start } };
}

/** A short form has no counts unless they are asked for. */
function countsRows({ options }: MariadbState): boolean {
  return options.rowCount ?? !options.shortForm;
}

/** Rows are printed as BINLOG, which no server takes without that of the format. */
function checkFormat({ event }: LoggedEvent, { options, printedFormat }: MariadbState): void {
  if (printedFormat || options.shortForm || options.base64Output !== 'auto') return;
  throw new RowtideError(
    'EVENT_MALFORMED',
    `${type.eventTypeName(event.type)}, and no format of the log in front of it`,
    {
      hint: 'Its rows can be shown with --base64-output=decode-rows -v.',
    },
  );
}

export function endsStatement({ event, format }: LoggedEvent): boolean {
  return (rowsFlags(event, format) & STMT_END_F) !== 0;
}

/** A row event: all waits for the end of its statement. A promise where that is much. */
export function printMariadbRows(logged: LoggedEvent, state: MariadbState, output: Output): Promise<void> | null {
  checkFormat(logged, state);
  const { options, head, body } = state;
  const { event, format } = logged;
  const ends = endsStatement(logged);
  if (!options.shortForm) {
    printHeaderLine(logged, state, head);
    if (options.hexdump) printDump({ ...logged, raw: inflatedRows(logged) }, state, head);
    const name = NAMES[event.type] ?? 'Unknown';
    head.ascii(`\t${name}: table id ${rowsTableId(event, format)}${ends ? ' flags: STMT_END_F' : ''}\n`);
  }
  if (!options.shortForm || countsRows(state)) {
    if (isEncoded(state)) writeBase64(inflatedRows(logged), body);
    const problem = state.unprintable.get(rowsTableId(event, format));
    if (problem !== undefined) return moved(unprintable(problem, state, output), state, output);
    printOrCount(logged, state);
  }
  if (ends) return moved(endOfStatement(state, output), state, output);
  for (const text of [head, body, state.footer]) text.settle();
  return null;
}

function* unprintable(problem: RowtideError, { head, body }: MariadbState, output: Output): Generator<void> {
  yield* head.piecesTo(output);
  yield* body.piecesTo(output);
  throw problem;
}

function printOrCount({ event, format }: LoggedEvent, state: MariadbState): void {
  if (state.options.verbose > 0) {
    state.rowCount += state.rows.write(event, format, state.footer);
    return;
  }
  const map = state.tables.get(rowsTableId(event, format));
  if (map !== undefined) state.rowCount += countRows(event, map, format);
}

function* endOfStatement(state: MariadbState, output: Output): Generator<void> {
  yield* state.head.piecesTo(output);
  if (isEncoded(state)) output.ascii("\nBINLOG '\n");
  yield* state.body.piecesTo(output);
  if (isEncoded(state)) output.ascii(`'${DELIMITER}\n`);
  yield* state.footer.piecesTo(output);
  if (countsRows(state)) output.ascii(`# Number of rows: ${state.rowCount}\n`);
  state.rowCount = 0;
}

/** What a statement left when its last rows belong to a table that is not shown. */
export function* endOfForeignStatement({ head, body, footer }: MariadbState, output: Output): Generator<void> {
  if (body.size > 0) body.ascii(`'${DELIMITER}\n`);
  yield* head.piecesTo(output);
  yield* body.piecesTo(output);
  yield* footer.piecesTo(output);
}

const NAMES: Readonly<Record<number, string>> = {
  [type.WRITE_ROWS_EVENT_V1]: 'Write_rows',
  [type.UPDATE_ROWS_EVENT_V1]: 'Update_rows',
  [type.DELETE_ROWS_EVENT_V1]: 'Delete_rows',
  [type.WRITE_ROWS_EVENT]: 'Write_rows',
  [type.UPDATE_ROWS_EVENT]: 'Update_rows',
  [type.DELETE_ROWS_EVENT]: 'Delete_rows',
  [type.WRITE_ROWS_COMPRESSED_EVENT_V1]: 'Write_compressed_rows',
  [type.UPDATE_ROWS_COMPRESSED_EVENT_V1]: 'Update_compressed_rows',
  [type.DELETE_ROWS_COMPRESSED_EVENT_V1]: 'Delete_compressed_rows',
  [type.WRITE_ROWS_COMPRESSED_EVENT]: 'Write_compressed_rows',
  [type.UPDATE_ROWS_COMPRESSED_EVENT]: 'Update_compressed_rows',
  [type.DELETE_ROWS_COMPRESSED_EVENT]: 'Delete_compressed_rows',
};
