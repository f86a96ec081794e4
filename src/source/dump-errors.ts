import { type ErrorCode, RowtideError } from '../core/errors.js';
import { GRANT_HINT } from '../mysql/errors.js';

const ER_MASTER_FATAL_ERROR_READING_BINLOG = 1236;

/** What the server says when it ends a dump, by its text: all of these share the one error number. */
const REASONS: readonly { text: RegExp; code: ErrorCode; hint: string }[] = [
  {
    text: /purged|could not find first log file|could not find next log|no longer available/i,
    code: 'SOURCE_PURGED',
    hint: 'What came after the position is lost to this stream. Copy the tables again, then start from now; or read a replica that has it still.',
  },
  {
    text: /same server_(uu)?id|same server_uuid\/server_id/i,
    code: 'SOURCE_FENCED',
    hint: 'Another reader with our server id took the place. Stop one of them, or give each an id of its own.',
  },
  {
    text: /more GTIDs than|impossible position|position > file size|not in the master's binlog|is missing the GTID/i,
    code: 'SOURCE_DIVERGED',
    hint: 'The server lost the end of its log, was restored, or is another server. Decide by hand which side is right.',
  },
  {
    text: /checksum|crc/i,
    code: 'EVENT_CHECKSUM',
    hint: 'The server’s own log file is damaged. Check it with mysqlbinlog --verify-binlog-checksum.',
  },
  {
    text: /max_allowed_packet|GTID_MODE|gtid_mode/,
    code: 'SOURCE_SETTINGS',
    hint: 'Change the setting that the server names.',
  },
];

const DENIED = new Set([1044, 1045, 1130, 1142, 1227]);
/** Shutdown, KILL, a time limit of the network: on the same server, or after its restart, it may go on. */
const ENDED = new Set([1053, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 4031]);

/** The server's error packet in the middle of a dump. `place` says which server, and how far the log had come. */
export function dumpError(code: number, message: string, place: string): RowtideError {
  const said = `${place}: ${message} (error ${code})`;
  if (DENIED.has(code)) {
    return new RowtideError('SOURCE_ACCESS_DENIED', said, { hint: GRANT_HINT });
  }
  if (ENDED.has(code)) return endedError(said);
  const reason = code === ER_MASTER_FATAL_ERROR_READING_BINLOG ? REASONS.find(({ text }) => text.test(message)) : null;
  if (reason) return new RowtideError(reason.code, said, { hint: reason.hint });
  return new RowtideError('EVENT_MALFORMED', said, {
    hint: 'The server could not read its own log; its error log says more.',
  });
}

/** The connection ended without a word, or by one that is not about the log. */
export function endedError(what: string, cause?: unknown): RowtideError {
  return new RowtideError('SOURCE_UNREACHABLE', what, {
    hint: 'The server was stopped, or something on the way cut the connection.',
    retryable: true,
    cause,
  });
}
