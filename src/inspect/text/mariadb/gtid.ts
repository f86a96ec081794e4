import { decodeGtidList } from '../../../binlog/gtid-list.js';
import { decodeMariaGtid, type MariaGtidEvent } from '../../../binlog/maria-gtid.js';
import type { MariaGtid } from '../../../core/maria-gtid.js';
import type { LoggedEvent } from '../../logged-event.js';
import type { Output } from '../../output.js';
import { printHeader } from '../header.js';
import { DELIMITER } from '../state.js';
import type { MariadbState } from './state.js';

const gtidText = ({ domain, server, sequence }: MariaGtid): string => `${domain}-${server}-${sequence}`;

/** GTID: what begins a transaction; the statement that does is not logged beside it. */
export function printMariadbGtid(logged: LoggedEvent, state: MariadbState, output: Output): void {
  const event = decodeMariaGtid(logged.event);
  state.gtid.isXa = event.xid !== null;
  if (!state.options.shortForm) {
    printHeader(logged, state, output);
    output.ascii(`\tGTID ${gtidText(event.gtid)}${factsText(event)}\n`);
    printVariables(event, state, output);
  }
  if (event.beginsXa === true) output.ascii(`XA START ${event.xid}${DELIMITER}\n`);
  else if (event.begins === true) output.ascii(`START TRANSACTION\n${DELIMITER}\n`);
}

function factsText(event: MariaGtidEvent): string {
  const facts = [
    event.commitId !== null && `cid=${event.commitId}`,
    event.isDdl && 'ddl',
    event.isTransactional && 'trans',
    event.waited && 'waited',
    event.alter === 'start' && 'START ALTER',
    event.alter === 'commit' && `COMMIT ALTER id= ${event.startedBy}`,
    event.alter === 'rollback' && `ROLLBACK ALTER id= ${event.startedBy}`,
    event.threadId !== null && `thread_id=${event.threadId}`,
  ];
  return facts.map((fact) => (fact === false ? '' : ` ${fact}`)).join('');
}

function printVariables({ gtid, allowsParallel }: MariaGtidEvent, { gtid: said }: MariadbState, output: Output): void {
  if (said.allowsParallel !== allowsParallel) {
    output.ascii(`/*M!100101 SET @@session.skip_parallel_replication=${allowsParallel ? 0 : 1}*/${DELIMITER}\n`);
    said.allowsParallel = allowsParallel;
  }
  if (said.domain !== gtid.domain) {
    output.ascii(`/*M!100001 SET @@session.gtid_domain_id=${gtid.domain}*/${DELIMITER}\n`);
    said.domain = gtid.domain;
  }
  if (said.server !== gtid.server) {
    output.ascii(`/*M!100001 SET @@session.server_id=${gtid.server}*/${DELIMITER}\n`);
    said.server = gtid.server;
  }
  output.ascii(`/*M!100001 SET @@session.gtid_seq_no=${gtid.sequence}*/${DELIMITER}\n`);
}

/** GTID_LIST: where the log stands in front of this file. */
export function printGtidList(logged: LoggedEvent, state: MariadbState, output: Output): void {
  if (state.options.shortForm) return;
  const gtids = decodeGtidList(logged.event).sort((a, b) => a.domain - b.domain || Number(a.sequence - b.sequence));
  printHeader(logged, state, output);
  output.ascii(`\tGtid list [${gtids.map(gtidText).join(',\n# ')}]\n`);
}
