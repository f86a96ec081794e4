import { decodeBinlogCheckpoint } from '../../../binlog/binlog-checkpoint.js';
import { NameBytesReader } from '../../../binlog/bytes.js';
import { decodeGtidList } from '../../../binlog/gtid-list.js';
import { decodeIncident } from '../../../binlog/incident.js';
import { readIntvar } from '../../../binlog/intvar.js';
import { decodeMariaGtid } from '../../../binlog/maria-gtid.js';
import { decodeQueryStatus } from '../../../binlog/query-status.js';
import { decodeRand } from '../../../binlog/rand.js';
import { decodeRotate } from '../../../binlog/rotate.js';
import * as type from '../../../binlog/types.js';
import { decodeUserVar } from '../../../binlog/user-var.js';
import { decodeXaPrepare } from '../../../binlog/xa-prepare.js';
import { malformed } from '../../../core/errors.js';
import { HEADER_BYTES } from '../../../core/event.js';
import type { LoggedEvent } from '../../logged-event.js';
import { loggedLoad, loggedQuery, loggedTable } from '../logged-names.js';

const LOST_EVENTS = 1;
/** The post-header of a GTID. */
const GTID_BYTES = 19;

/** mariadb-binlog takes each event apart before it prints any of it, and stops where that fails. EVENT_MALFORMED. */
export function checkMariadbEvent(logged: LoggedEvent): void {
  const { event, format } = logged;
  switch (event.type) {
    case type.QUERY_EVENT:
      decodeQueryStatus(loggedQuery(logged).status);
      return;
    case type.EXECUTE_LOAD_QUERY_EVENT:
      if (loggedLoad(logged).fileId === 0) throw malformed('a LOAD DATA of no file');
      return;
    case type.TABLE_MAP_EVENT:
      loggedTable(logged);
      return;
    case type.ROTATE_EVENT:
      decodeRotate(event.bytes, NameBytesReader);
      return;
    case type.INTVAR_EVENT:
      readIntvar(event, format);
      return;
    case type.RAND_EVENT:
      decodeRand(event, format);
      return;
    case type.USER_VAR_EVENT:
      decodeUserVar(event, format, NameBytesReader);
      return;
    case type.XA_PREPARE_LOG_EVENT:
      decodeXaPrepare(event, format);
      return;
    case type.GTID_EVENT:
      if (event.bytes.length < HEADER_BYTES + GTID_BYTES) throw malformed('a GTID that is cut short');
      if (decodeMariaGtid(event).gtid.sequence === 0n) throw malformed('a GTID with the number 0');
      return;
    case type.GTID_LIST_EVENT:
      decodeGtidList(event);
      return;
    case type.BINLOG_CHECKPOINT_EVENT:
      decodeBinlogCheckpoint(event, NameBytesReader);
      return;
    case type.ANNOTATE_ROWS_EVENT:
      if (event.bytes.length === HEADER_BYTES) throw malformed('an ANNOTATE_ROWS without a statement');
      return;
    case type.INCIDENT_EVENT: {
      const { incident } = decodeIncident(event, format, NameBytesReader);
      if (incident !== LOST_EVENTS) throw malformed(`an incident of the kind ${incident}, which is none`);
      return;
    }
  }
}
