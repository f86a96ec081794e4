import type { GtidEvent, MysqlGtidFacts } from '../../binlog/gtid.js';
import { formatGtid } from '../../core/gtid.js';
import type { LoggedEvent } from '../logged-event.js';
import type { Output } from '../output.js';
import { printHeader, two } from './header.js';
import { DELIMITER, type PrintState, UNDEFINED_SERVER_VERSION } from './state.js';

export const SET_GTID_NEXT = "SET @@SESSION.GTID_NEXT= '";

/** GTID, ANONYMOUS_GTID and GTID_TAGGED: what begins a transaction, and all that is known of it. */
export function printGtid(logged: LoggedEvent, opened: GtidEvent, state: PrintState, output: Output): void {
  const facts = opened.facts!;
  const isRowsOnly = (facts.flags & FLAG_MAY_HAVE_STATEMENTS) === 0;
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    printFacts(opened, facts, output);
  }
  // Row events do not conflict in it, and a server that runs the output needs no stricter one.
  if (isRowsOnly) output.ascii(`/*!50718 SET TRANSACTION ISOLATION LEVEL READ COMMITTED*/${DELIMITER}\n`);
  printTime('original', facts.originalCommitUs, state, output);
  printTime('immediate', opened.immediateCommitUs ?? 0, state, output);
  output.ascii(`/*!80001 SET @@session.original_commit_timestamp=${facts.originalCommitUs}*/${DELIMITER}\n`);
  printVersion('original', facts.originalServerVersion, output);
  printVersion('immediate', facts.immediateServerVersion, output);
  const next = opened.gtid === null ? 'ANONYMOUS' : formatGtid(opened.gtid);
  output.ascii(`${SET_GTID_NEXT}${next}'${DELIMITER}\n`);
}

const FLAG_MAY_HAVE_STATEMENTS = 1;

function printFacts(opened: GtidEvent, facts: MysqlGtidFacts, output: Output): void {
  const isRowsOnly = (facts.flags & FLAG_MAY_HAVE_STATEMENTS) === 0;
  const name = opened.gtid === null ? 'Anonymous_GTID' : 'GTID';
  output.ascii(
    `\t${name}\tlast_committed=${opened.lastCommitted}\tsequence_number=${opened.sequenceNumber}\trbr_only=${isRowsOnly ? 'yes' : 'no'}\toriginal_committed_timestamp=${facts.originalCommitUs}\timmediate_commit_timestamp=${opened.immediateCommitUs ?? 0}\ttransaction_length=${opened.transactionBytes}\n`,
  );
}

function printTime(which: string, microseconds: number, { surroundings }: PrintState, output: Output): void {
  const seconds = Math.floor(microseconds / 1e6);
  const date = new Date(seconds * 1000);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const fraction = String(microseconds % 1e6).padStart(6, '0');
  const zone = surroundings.zoneName(seconds);
  output.text(`# ${which}_commit_timestamp=${microseconds} (${day} ${time}.${fraction} ${zone})\n`);
}

function printVersion(which: string, version: number | null, output: Output): void {
  const isSaid = version !== null && version !== UNDEFINED_SERVER_VERSION;
  output.ascii(`/*!80014 SET @@session.${which}_server_version=${isSaid ? version : 0}*/${DELIMITER}\n`);
}
