import { RowtideError } from '../../core/errors.js';

/** What cannot be undone from the log. `place` is where it lies, `why` says what is missing. */
export function notUndoable(place: string, why: string, hint: string): RowtideError {
  return new RowtideError('UNDO_IMPOSSIBLE', `${place}: ${why}`, { hint });
}

export const HINT_NARROW =
  'Choose what can be undone: a range by --start-position and --stop-position, times or GTIDs, or tables with --table. Otherwise restore a backup and replay the log up to here.';

export const HINT_IMAGES =
  "The log does not have what the columns held before: restore a backup and replay the log up to here. From now on, SET PERSIST binlog_row_image = 'FULL' has the server log whole rows. (Columns that MariaDB computes are never logged: --check URL says which these are.)";

export const HINT_EVENTS = 'Have it undone by row events, which hold the very bytes: --flashback-format=binlog.';
