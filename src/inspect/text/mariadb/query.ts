import type { QueryParts } from '../../../binlog/query.js';
import { decodeQueryStatus, type QueryStatus } from '../../../binlog/query-status.js';
import { isMariadb } from '../../../binlog/server-version.js';
import { FLAG_SUPPRESS_USE, FLAG_THREAD_SPECIFIC, QUERY_COMPRESSED_EVENT } from '../../../binlog/types.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { writeBase64 } from '../base64.js';
import { collationName } from '../collation-names.js';
import { printHeader } from '../header.js';
import { quoted } from '../identifier.js';
import { loggedQuery, upToNul } from '../logged-names.js';
import { DELIMITER } from '../state.js';
import { flagsText } from './option-flags.js';
import type { MariadbState } from './state.js';

/** QUERY and QUERY_COMPRESSED. */
export function printMariadbQuery(logged: LoggedEvent, state: MariadbState, output: Output): void {
  const query = loggedQuery(logged);
  const { alterFlags } = printMariadbQueryHeader(logged, query, state, output);
  if (alterFlags === 0) {
    output.bytes(query.text);
    output.ascii(`\n${DELIMITER}\n`);
  } else printAlterStep(logged, { query, isComment: (alterFlags & ALTER_COMMIT) === 0 }, state, output);
}

const ALTER_COMMIT = 4;

interface AlterStep {
  readonly query: QueryParts;
  /** Servers that do not know of START ALTER and ROLLBACK ALTER run COMMIT ALTER only. */
  readonly isComment: boolean;
}

/** A part of an ALTER TABLE in two phases can be run as BINLOG only. */
function printAlterStep(logged: LoggedEvent, step: AlterStep, { options }: MariadbState, output: Output): void {
  if (options.base64Output === 'auto' && !options.shortForm) {
    output.ascii(step.isComment ? "/*!100600 BINLOG '\n" : "BINLOG '\n");
    writeBase64(logged.raw, output);
    output.ascii(`'${step.isComment ? ' */' : ''}${DELIMITER}\n`);
  }
  if (options.verbose === 0) return;
  output.ascii('### ');
  output.bytes(step.query.text);
  output.ascii('\n');
}

/** All in front of the statement itself. */
export function printMariadbQueryHeader(
  logged: LoggedEvent,
  query: QueryParts,
  state: MariadbState,
  output: Output,
): QueryStatus {
  const { event } = logged;
  const said = decodeQueryStatus(query.status);
  // MySQL says these two by codes that MariaDB does not read.
  const status = isMariadb(logged.format.serverVersion) ? said : { ...said, microseconds: null, xid: null };
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii(
      `\t${NAMES[event.type] ?? 'Query'}\tthread_id=${query.threadId}\texec_time=${query.executedSeconds}\terror_code=${query.errorCode}\txid=${status.xid ?? 0}\n`,
    );
  }
  printUse(logged, query, state, output);
  const { microseconds } = status;
  const hasFraction = microseconds !== null && microseconds > 0 && microseconds < MICROSECONDS_END;
  const fraction = !hasFraction ? '' : `.${String(microseconds).padStart(6, '0')}`;
  output.ascii(`SET TIMESTAMP=${event.timestamp}${fraction}${DELIMITER}\n`);
  printThread(logged, query, state, output);
  printSession(logged, status, state, output);
  return status;
}

const MICROSECONDS_END = 1_000_000;

const NAMES: Readonly<Record<number, string>> = {
  [QUERY_COMPRESSED_EVENT]: 'Query_compressed',
  18: 'Execute_load_query',
};

/** Statements about transactions, which belong to no schema; inside of XA, those of XA. */
const WHOLE_KEYWORDS = ['BEGIN', 'COMMIT'];

export function isKeyword({ text }: QueryParts, isXa: boolean): boolean {
  const begin = text.latin1Slice(0, Math.min(text.length, 9)).toUpperCase();
  if (isXa) return begin.startsWith('XA ');
  // As long as the text goes: one without any character is a keyword, too.
  const isBegun = WHOLE_KEYWORDS.some((keyword) => keyword.startsWith(text.latin1Slice(0, Math.min(text.length, 9))));
  return isBegun || begin.startsWith('SAVEPOINT') || begin.startsWith('ROLLBACK');
}

function printUse({ event }: LoggedEvent, query: QueryParts, { session, gtid }: MariadbState, output: Output): void {
  const isTransactions = isKeyword(query, gtid.isXa);
  if ((event.flags & FLAG_SUPPRESS_USE) !== 0 || isTransactions) {
    if (!isTransactions) session.schema = '';
    return;
  }
  if (session.schema === query.schema) return;
  session.schema = query.schema;
  const shown = upToNul(query.schema);
  if (shown !== '') output.ascii(`use ${quoted(shown)}${DELIMITER}\n`);
}

const SHORT_FORM_THREAD = 999999999;

function printThread({ event }: LoggedEvent, query: QueryParts, state: MariadbState, output: Output): void {
  const { session, options } = state;
  const isItsOwn = (event.flags & FLAG_THREAD_SPECIFIC) !== 0 && session.threadId !== query.threadId;
  if (session.threadId !== null && !isItsOwn) return;
  const shown = options.shortForm ? SHORT_FORM_THREAD : query.threadId;
  output.ascii(`SET @@session.pseudo_thread_id=${shown}${DELIMITER}\n`);
  session.threadId = query.threadId;
}

function printSession({ format }: LoggedEvent, status: QueryStatus, { session }: MariadbState, output: Output): void {
  const set = (text: string): void => output.text(`SET ${text}${DELIMITER}\n`);
  if (status.flags !== null && status.flags !== session.flags) {
    set(flagsText(status.flags, session.flags, format.serverVersion));
    session.flags = status.flags;
  }
  if (status.sqlMode !== null) {
    const mode = (BigInt(status.sqlModeHigh) << 32n) + BigInt(status.sqlMode);
    if (mode !== session.sqlMode) set(`@@session.sql_mode=${mode}`);
    session.sqlMode = mode;
  }
  const { increment, offset } = status.autoIncrement ?? { increment: 1, offset: 1 };
  if (increment !== session.increment || offset !== session.offset) {
    set(`@@session.auto_increment_increment=${increment}, @@session.auto_increment_offset=${offset}`);
    Object.assign(session, { increment, offset });
  }
  printCharset(status, session, output);
  if (status.saysDefaultCollations) set(`@@session.character_set_collations='${collationsText(status)}'`);
  if (status.timeZone !== null && status.timeZone.length > 0 && !status.timeZone.equals(session.timeZone)) {
    set(`@@session.time_zone='${status.timeZone.toString('latin1')}'`);
    session.timeZone = Buffer.from(status.timeZone);
  }
  const monthNames = status.monthNames ?? 0;
  if (monthNames !== session.monthNames) set(`@@session.lc_time_names=${monthNames}`);
  session.monthNames = monthNames;
  const collation = status.databaseCollation ?? 0;
  if (collation !== session.databaseCollation) {
    set(`@@session.collation_database=${collation === 0 ? 'DEFAULT' : collation}`);
  }
  session.databaseCollation = collation;
}

function printCharset({ charset }: QueryStatus, session: MariadbState['session'], output: Output): void {
  if (charset === null) return;
  const { client, connection, server } = charset;
  const before = session.charset;
  if (client === before?.client && connection === before.connection && server === before.server) return;
  const name = collationName(client, 'mariadb')?.charset;
  // For the client program, which reads the output.
  if (name === undefined) output.ascii('# Ignored (Unknown charset) ');
  else output.ascii(`/*!\\C ${name} */${DELIMITER}\n`);
  output.ascii(
    `SET @@session.character_set_client=${name ?? 'Unknown'},@@session.collation_connection=${connection},@@session.collation_server=${server}${DELIMITER}\n`,
  );
  session.charset = charset;
}

/** What stands in for the default collations of character sets. */
function collationsText({ defaultCollations }: QueryStatus): string {
  return [...defaultCollations]
    .map(([own, instead]) => `${collationName(own, 'mariadb')?.charset}=${collationName(instead, 'mariadb')?.name}`)
    .join(',');
}
