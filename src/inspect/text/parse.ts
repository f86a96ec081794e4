import { decodeAppendBlock } from '../../binlog/append-block.js';
import { decodeDeleteFile } from '../../binlog/delete-file.js';
import { decodeExecuteLoadParts } from '../../binlog/execute-load-query.js';
import { decodeIncident } from '../../binlog/incident.js';
import { decodeIntvar } from '../../binlog/intvar.js';
import { decodeQueryParts } from '../../binlog/query.js';
import { decodeQueryStatus } from '../../binlog/query-status.js';
import { decodeRand } from '../../binlog/rand.js';
import { decodeRotate } from '../../binlog/rotate.js';
import { rowsQueryBytes } from '../../binlog/rows-query.js';
import { decodeTableIdentity } from '../../binlog/table-map.js';
import * as type from '../../binlog/types.js';
import { decodeUserVar } from '../../binlog/user-var.js';
import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import { decodeXid } from '../../binlog/xid.js';
import { malformed } from '../../core/errors.js';
import { decodeAnyGtid } from '../gtid-event.js';
import type { LoggedEvent } from '../logged-event.js';

/** The one kind of incident. */
const LOST_EVENTS = 1;

/** mysqlbinlog takes apart what it does not show as well, and stops where that fails. EVENT_MALFORMED. */
export function checkBody({ event, format }: LoggedEvent): void {
  switch (event.type) {
    case type.QUERY_EVENT:
      decodeQueryStatus(decodeQueryParts(event, format).status);
      return;
    case type.EXECUTE_LOAD_QUERY_EVENT:
      decodeExecuteLoadParts(event, format);
      return;
    case type.BEGIN_LOAD_QUERY_EVENT:
    case type.APPEND_BLOCK_EVENT:
      decodeAppendBlock(event, format);
      return;
    case type.DELETE_FILE_EVENT:
      decodeDeleteFile(event);
      return;
    case type.ROTATE_EVENT:
      decodeRotate(event.bytes);
      return;
    case type.INTVAR_EVENT:
      decodeIntvar(event, format);
      return;
    case type.RAND_EVENT:
      decodeRand(event, format);
      return;
    case type.USER_VAR_EVENT:
      decodeUserVar(event, format);
      return;
    case type.XID_EVENT:
      decodeXid(event, format);
      return;
    case type.XA_PREPARE_LOG_EVENT:
      decodeXaPrepare(event, format);
      return;
    case type.TABLE_MAP_EVENT:
      decodeTableIdentity(event, format);
      return;
    case type.GTID_LOG_EVENT:
    case type.ANONYMOUS_GTID_LOG_EVENT:
    case type.GTID_TAGGED_LOG_EVENT:
      decodeAnyGtid(event);
      return;
    case type.INCIDENT_EVENT: {
      const { incident } = decodeIncident(event, format);
      if (incident !== LOST_EVENTS) throw malformed(`an incident of the kind ${incident}, which is none`);
      return;
    }
    case type.ROWS_QUERY_LOG_EVENT:
      if (rowsQueryBytes(event).length === 0) throw malformed('a ROWS_QUERY without a statement');
      return;
  }
}
