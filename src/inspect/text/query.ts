import type { QueryParts } from '../../binlog/query.js';
import { decodeQueryStatus, type QueryStatus } from '../../binlog/query-status.js';
import { FLAG_SUPPRESS_USE, FLAG_THREAD_SPECIFIC } from '../../binlog/types.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { isTransactionKeyword } from '../statement-kind.js';
import { isSameCharset, printCharset } from './charset.js';
import { printHeader } from './header.js';
import { quoted } from './identifier.js';
import { loggedQuery, upToNul } from './logged-names.js';
import { DELIMITER, type PrintState } from './state.js';

/** QUERY: the statement, and before it what of its session is not what the statement before it had. */
export function printQuery(logged: LoggedEvent, state: PrintState, output: Output): void {
  const query = loggedQuery(logged);
  printQueryHeader(logged, query, state, output);
  output.bytes(query.text);
  output.ascii(`\n${DELIMITER}\n`);
}

export function printQueryHeader(logged: LoggedEvent, query: QueryParts, state: PrintState, output: Output): void {
  const status = decodeQueryStatus(query.status);
  if (!state.options.shortForm) {
    const { threadId, executedSeconds, errorCode } = query;
    printHeader(logged, state, output);
    const xid = status.xid === null ? '' : `\tXid = ${status.xid}`;
    const name = QUERY_NAMES[logged.event.type] ?? 'Query';
    output.ascii(`\t${name}\tthread_id=${threadId}\texec_time=${executedSeconds}\terror_code=${errorCode}${xid}\n`);
  }
  printUse(logged, query, state, output);
  const fraction = status.microseconds === null || status.microseconds === 0 ? '' : sixDigits(status.microseconds);
  output.ascii(`SET TIMESTAMP=${logged.event.timestamp}${fraction}${DELIMITER}\n`);
  printThread(logged, query, state, output);
  printSession(status, state, output);
}

const QUERY_NAMES: Readonly<Record<number, string>> = { 18: 'Execute_load_query' };

function sixDigits(microseconds: number): string {
  return `.${String(microseconds).padStart(6, '0')}`;
}

function printUse(logged: LoggedEvent, { schema, text }: QueryParts, { session }: PrintState, output: Output): void {
  if ((logged.event.flags & FLAG_SUPPRESS_USE) !== 0) {
    if (!isTransactionKeyword(text)) session.schema = '';
  } else if (session.schema !== schema) {
    session.schema = schema;
    const shown = upToNul(schema);
    if (shown !== '') output.ascii(`use ${quoted(shown)}${DELIMITER}\n`);
  }
}

const SHORT_FORM_THREAD = 999999999;

function printThread(logged: LoggedEvent, query: QueryParts, { session, options }: PrintState, output: Output): void {
  if (options.requireRowFormat) return;
  const isItsOwn = (logged.event.flags & FLAG_THREAD_SPECIFIC) !== 0 && session.threadId !== query.threadId;
  if (session.threadId !== null && !isItsOwn) return;
  const shown = options.shortForm ? SHORT_FORM_THREAD : query.threadId;
  output.ascii(`SET @@session.pseudo_thread_id=${shown}${DELIMITER}\n`);
  session.threadId = query.threadId;
}

function printSession(status: QueryStatus, state: PrintState, output: Output): void {
  const { session } = state;
  const set = (text: string): void => output.ascii(`${text}${DELIMITER}\n`);
  if (status.flags !== null && status.flags !== session.flags) {
    set(`SET ${flagsText(status.flags, session.flags)}`);
    session.flags = status.flags;
  }
  printSqlMode(status, session, set);
  const { increment, offset } = status.autoIncrement ?? { increment: 1, offset: 1 };
  if (increment !== session.increment || offset !== session.offset) {
    set(`SET @@session.auto_increment_increment=${increment}, @@session.auto_increment_offset=${offset}`);
    Object.assign(session, { increment, offset });
  }
  if (status.charset !== null && !isSameCharset(status.charset, session.charset)) {
    printCharset(status.charset, state, output);
    session.charset = status.charset;
  }
  if (status.timeZone !== null && status.timeZone.length > 0 && !status.timeZone.equals(session.timeZone)) {
    set(`SET @@session.time_zone='${status.timeZone.toString('latin1')}'`);
    session.timeZone = Buffer.from(status.timeZone);
  }
  printLaterVariables(status, session, set);
}

type Session = PrintState['session'];
type Set = (text: string) => void;

function printLaterVariables(status: QueryStatus, session: Session, set: Set): void {
  const monthNames = status.monthNames ?? 0;
  if (monthNames !== session.monthNames) {
    set(`SET @@session.lc_time_names=${monthNames}`);
    session.monthNames = monthNames;
  }
  const collation = status.databaseCollation ?? 0;
  if (collation !== session.databaseCollation) {
    set(`SET @@session.collation_database=${collation === 0 ? 'DEFAULT' : collation}`);
    session.databaseCollation = collation;
  }
  const { explicitDefaultsForTimestamp: explicit, requirePrimaryKey, tableEncryption } = status;
  if (explicit !== null) set(`SET @@session.explicit_defaults_for_timestamp=${explicit ? 1 : 0}`);
  const utf8mb4 = status.defaultUtf8mb4 ?? 0;
  if (utf8mb4 !== session.defaultUtf8mb4) {
    if (utf8mb4 !== 0) set(`/*!80011 SET @@session.default_collation_for_utf8mb4=${utf8mb4}*/`);
    session.defaultUtf8mb4 = utf8mb4;
  }
  if (requirePrimaryKey !== null) set(`/*!80013 SET @@session.sql_require_primary_key=${requirePrimaryKey}*/`);
  if (tableEncryption !== null) set(`/*!80016 SET @@session.default_table_encryption=${tableEncryption}*/`);
  const cascade = status.enableCascadeTriggers ?? 0;
  if (cascade !== session.enableCascadeTriggers) {
    set(`/*!90700 SET @@session.enable_cascade_triggers=${cascade}*/`);
    session.enableCascadeTriggers = cascade;
  }
}

const FLAGS: readonly (readonly [bit: number, name: string, onWhenSet: boolean])[] = [
  [1 << 26, '@@session.foreign_key_checks', false],
  [1 << 14, '@@session.sql_auto_is_null', true],
  [1 << 27, '@@session.unique_checks', false],
  [1 << 19, '@@session.autocommit', false],
];

/** Of the first statement all, then those that changed; empty where what changed is none of them. */
function flagsText(flags: number, before: number | null): string {
  const changed = before === null ? ~0 : flags ^ before;
  return FLAGS.filter(([bit]) => (changed & bit) !== 0)
    .map(([bit, name, onWhenSet]) => `${name}=${((flags & bit) !== 0) === onWhenSet ? 1 : 0}`)
    .join(', ');
}

/** Modes that MySQL 8.0 does not have any more. */
const REMOVED_MODES = 0x1003ff00n;

function printSqlMode({ sqlMode, sqlModeHigh }: QueryStatus, session: Session, set: Set): void {
  if (sqlMode === null) return;
  const mode = (BigInt(sqlModeHigh) << 32n) + BigInt(sqlMode);
  if (mode === session.sqlMode) return;
  set(`SET @@session.sql_mode=${mode}${(mode & REMOVED_MODES) === 0n ? '' : '/*!80005 &~0x1003ff00*/'}`);
  session.sqlMode = mode;
}
