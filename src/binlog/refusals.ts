import { RowtideError } from '../core/errors.js';
import type { RawEvent } from '../core/event.js';
import { eventTypeName, isKnownEvent } from './types.js';

export function statementLogged(sql: string): RowtideError {
  const shown = sql.length > 80 ? `${sql.slice(0, 80)}…` : sql;
  return new RowtideError('STATEMENT_LOGGED', `rows were changed by a logged statement, not by row events: ${shown}`, {
    hint: 'A session or the server had binlog_format other than ROW. Set it to ROW everywhere, copy the tables anew, and take a position behind this event.',
  });
}

export function unknownEvent(event: RawEvent): RowtideError {
  const known = isKnownEvent(event.type);
  const name = eventTypeName(event.type);
  return known
    ? new RowtideError('EVENT_UNSUPPORTED', `${name} cannot be turned into changes without loss`, {
        hint: 'Nothing was skipped: the position is still before it. Use a version of Rowtide that reads it.',
      })
    : new RowtideError('EVENT_UNKNOWN', `${name} is not known, and not marked as one that may be ignored`, {
        hint: 'Nothing was skipped: the position is still before it. A newer server needs a newer Rowtide; else see what mysqlbinlog says.',
      });
}

export function incident(message: string): RowtideError {
  return new RowtideError('SOURCE_INCIDENT', `the server logged that events are missing here: ${message}`, {
    hint: 'Copy the tables anew and take a position behind this event.',
  });
}

export function anonymous(): RowtideError {
  return new RowtideError('SOURCE_SETTINGS', 'a transaction without a GTID, while the position is a GTID set', {
    hint: 'Set gtid_mode=ON on the source, or begin again with a file and an offset.',
  });
}

export function prepareMissing(xid: string): RowtideError {
  return new RowtideError('LOG_GAP', `XA COMMIT ${xid}, but its XA PREPARE is not in the log behind the position`, {
    hint: 'Begin at a position before the XA PREPARE. If the log commits it a second time here, as that of a MariaDB that was killed may, skip this one.',
  });
}
