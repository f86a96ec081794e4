import { decodeAnnotateRows } from '../../binlog/annotate-rows.js';
import { decodeAppendBlock } from '../../binlog/append-block.js';
import { decodeBinlogCheckpoint } from '../../binlog/binlog-checkpoint.js';
import { decodeDeleteFile } from '../../binlog/delete-file.js';
import { decodeExecuteLoadQuery } from '../../binlog/execute-load-query.js';
import { decodeFormat } from '../../binlog/format-description.js';
import { decodeGtidList } from '../../binlog/gtid-list.js';
import { decodeIncident } from '../../binlog/incident.js';
import { decodeIntvar } from '../../binlog/intvar.js';
import { decodeMariaGtid, type MariaGtidEvent } from '../../binlog/maria-gtid.js';
import { decodePreviousGtids } from '../../binlog/previous-gtids.js';
import { decodeQuery } from '../../binlog/query.js';
import { decodeQueryStatus } from '../../binlog/query-status.js';
import { decodeRand } from '../../binlog/rand.js';
import { decodeRotate } from '../../binlog/rotate.js';
import { isRowsEvent, rowsFlags, rowsTableId } from '../../binlog/rows.js';
import { rowsQueryBytes } from '../../binlog/rows-query.js';
import { isMariadb } from '../../binlog/server-version.js';
import { decodeTableName } from '../../binlog/table-map.js';
import { decodeTransactionPayload } from '../../binlog/transaction-payload.js';
import * as type from '../../binlog/types.js';
import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import { decodeXid } from '../../binlog/xid.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import { type AnyGtid, formatGtid } from '../../core/gtid.js';
import { formatMariaGtid } from '../../core/maria-gtid.js';
import { decodeAnyGtid } from '../gtid-event.js';
import { userVarText } from './user-var-text.js';

/** Event_type of SHOW BINLOG EVENTS. */
export function shownType(code: number): string {
  return TYPES.get(code) ?? 'Unknown';
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [type.START_EVENT_V3, 'Start_v3'],
  [type.QUERY_EVENT, 'Query'],
  [type.STOP_EVENT, 'Stop'],
  [type.ROTATE_EVENT, 'Rotate'],
  [type.INTVAR_EVENT, 'Intvar'],
  [type.LOAD_EVENT, 'Load'],
  [type.CREATE_FILE_EVENT, 'Create_file'],
  [type.APPEND_BLOCK_EVENT, 'Append_block'],
  [type.EXEC_LOAD_EVENT, 'Exec_load'],
  [type.DELETE_FILE_EVENT, 'Delete_file'],
  [type.NEW_LOAD_EVENT, 'New_load'],
  [type.RAND_EVENT, 'RAND'],
  [type.USER_VAR_EVENT, 'User var'],
  [type.FORMAT_DESCRIPTION_EVENT, 'Format_desc'],
  [type.XID_EVENT, 'Xid'],
  [type.BEGIN_LOAD_QUERY_EVENT, 'Begin_load_query'],
  [type.EXECUTE_LOAD_QUERY_EVENT, 'Execute_load_query'],
  [type.TABLE_MAP_EVENT, 'Table_map'],
  [type.WRITE_ROWS_EVENT_V1, 'Write_rows_v1'],
  [type.UPDATE_ROWS_EVENT_V1, 'Update_rows_v1'],
  [type.DELETE_ROWS_EVENT_V1, 'Delete_rows_v1'],
  [type.INCIDENT_EVENT, 'Incident'],
  [type.HEARTBEAT_LOG_EVENT, 'Heartbeat'],
  [type.IGNORABLE_LOG_EVENT, 'Ignorable'],
  [type.ROWS_QUERY_LOG_EVENT, 'Rows_query'],
  [type.WRITE_ROWS_EVENT, 'Write_rows'],
  [type.UPDATE_ROWS_EVENT, 'Update_rows'],
  [type.DELETE_ROWS_EVENT, 'Delete_rows'],
  [type.GTID_LOG_EVENT, 'Gtid'],
  [type.ANONYMOUS_GTID_LOG_EVENT, 'Anonymous_Gtid'],
  [type.PREVIOUS_GTIDS_LOG_EVENT, 'Previous_gtids'],
  [type.TRANSACTION_CONTEXT_EVENT, 'Transaction_context'],
  [type.VIEW_CHANGE_EVENT, 'View_change'],
  [type.XA_PREPARE_LOG_EVENT, 'XA_prepare'],
  [type.PARTIAL_UPDATE_ROWS_EVENT, 'Update_rows_partial'],
  [type.TRANSACTION_PAYLOAD_EVENT, 'Transaction_payload'],
  [type.HEARTBEAT_LOG_EVENT_V2, 'Heartbeat'],
  [type.GTID_TAGGED_LOG_EVENT, 'Gtid_tagged_log_event'],
  [type.ANNOTATE_ROWS_EVENT, 'Annotate_rows'],
  [type.BINLOG_CHECKPOINT_EVENT, 'Binlog_checkpoint'],
  [type.GTID_EVENT, 'Gtid'],
  [type.GTID_LIST_EVENT, 'Gtid_list'],
  [type.START_ENCRYPTION_EVENT, 'Start_encryption'],
  [type.QUERY_COMPRESSED_EVENT, 'Query_compressed'],
  [type.WRITE_ROWS_COMPRESSED_EVENT_V1, 'Write_rows_compressed_v1'],
  [type.UPDATE_ROWS_COMPRESSED_EVENT_V1, 'Update_rows_compressed_v1'],
  [type.DELETE_ROWS_COMPRESSED_EVENT_V1, 'Delete_rows_compressed_v1'],
  [type.WRITE_ROWS_COMPRESSED_EVENT, 'Write_rows_compressed'],
  [type.UPDATE_ROWS_COMPRESSED_EVENT, 'Update_rows_compressed'],
  [type.DELETE_ROWS_COMPRESSED_EVENT, 'Delete_rows_compressed'],
]);

/** Info of SHOW BINLOG EVENTS; empty for what a server says nothing about. */
export function shownInfo(event: RawEvent, format: FormatDescription): string {
  if (isRowsEvent(event.type)) return rowsInfo(event, format);
  switch (event.type) {
    case type.START_EVENT_V3:
    case type.FORMAT_DESCRIPTION_EVENT: {
      const { serverVersion, binlogVersion } = decodeFormat(event.bytes);
      return `Server ver: ${serverVersion}, Binlog ver: ${binlogVersion}`;
    }
    case type.QUERY_EVENT:
    case type.QUERY_COMPRESSED_EVENT:
      return queryInfo(event, format);
    case type.ROTATE_EVENT: {
      const { file, offset } = decodeRotate(event.bytes);
      return `${file};pos=${offset}`;
    }
    case type.INTVAR_EVENT: {
      const { variable, value } = decodeIntvar(event, format);
      return `${variable}=${value}`;
    }
    case type.RAND_EVENT: {
      const { seed1, seed2 } = decodeRand(event, format);
      return `rand_seed1=${seed1},rand_seed2=${seed2}`;
    }
    case type.USER_VAR_EVENT:
      return userVarText(event, format);
    case type.XID_EVENT:
      return `COMMIT /* xid=${decodeXid(event, format)} */`;
    case type.BEGIN_LOAD_QUERY_EVENT:
    case type.APPEND_BLOCK_EVENT: {
      const { fileId, block } = decodeAppendBlock(event, format);
      return `;file_id=${fileId};block_len=${block.length}`;
    }
    case type.EXECUTE_LOAD_QUERY_EVENT: {
      const { schema, sql, fileId } = decodeExecuteLoadQuery(event, format);
      return `${useOf(schema)}${sql} ;file_id=${fileId}`;
    }
    case type.DELETE_FILE_EVENT:
      return `;file_id=${decodeDeleteFile(event).fileId}`;
    case type.INCIDENT_EVENT: {
      const { incident } = decodeIncident(event, format);
      return `#${incident} (${incident === 1 ? 'LOST_EVENTS' : 'UNKNOWN'})`;
    }
    case type.TABLE_MAP_EVENT: {
      const { schema, name } = decodeTableName(event, format);
      return `table_id: ${rowsTableId(event, format)} (${schema}.${name})`;
    }
    case type.ROWS_QUERY_LOG_EVENT:
      return `# ${rowsQueryBytes(event).toString()}`;
    case type.ANNOTATE_ROWS_EVENT:
      return decodeAnnotateRows(event).sql;
    case type.GTID_LOG_EVENT:
    case type.ANONYMOUS_GTID_LOG_EVENT:
    case type.GTID_TAGGED_LOG_EVENT:
      return gtidInfo(decodeAnyGtid(event).gtid);
    case type.PREVIOUS_GTIDS_LOG_EVENT:
      return decodePreviousGtids(event).toString().replaceAll(',', ',\n');
    case type.XA_PREPARE_LOG_EVENT: {
      const { xid, onePhase } = decodeXaPrepare(event, format);
      return onePhase ? `XA COMMIT ${xid} ONE PHASE` : `XA PREPARE ${xid}`;
    }
    case type.TRANSACTION_PAYLOAD_EVENT: {
      const { compression, uncompressedBytes } = decodeTransactionPayload(event);
      return `compression='${compression.toUpperCase()}', decompressed_size=${uncompressedBytes} bytes`;
    }
    case type.GTID_EVENT:
      return mariaGtidInfo(decodeMariaGtid(event));
    case type.GTID_LIST_EVENT:
      return `[${decodeGtidList(event).map(formatMariaGtid).join(', ')}]`;
    case type.BINLOG_CHECKPOINT_EVENT:
      return decodeBinlogCheckpoint(event).file;
    default:
      return '';
  }
}

function queryInfo(event: RawEvent, format: FormatDescription): string {
  const { schema, sql, status } = decodeQuery(event, format);
  const use = (event.flags & type.FLAG_SUPPRESS_USE) === 0 ? useOf(schema) : '';
  const xid = isMariadb(format.serverVersion) ? null : decodeQueryStatus(status).xid;
  return `${use}${sql}${xid === null ? '' : ` /* xid=${xid} */`}`;
}

function useOf(schema: string): string {
  return schema === '' ? '' : `use \`${schema.replaceAll('`', '``')}\`; `;
}

function gtidInfo(gtid: AnyGtid | null): string {
  return `SET @@SESSION.GTID_NEXT= '${gtid === null ? 'ANONYMOUS' : formatGtid(gtid)}'`;
}

function mariaGtidInfo({ gtid, begins, beginsXa, xid, commitId }: MariaGtidEvent): string {
  const head = beginsXa ? `XA START ${xid} ` : begins === true ? 'BEGIN ' : '';
  return `${head}GTID ${formatMariaGtid(gtid)}${commitId === null ? '' : ` cid=${commitId}`}`;
}

/** MySQL since 9 names all the flags that it knows; the others only the end of a statement. */
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [1, 'STMT_END_F'],
  [2, 'NO_FOREIGN_KEY_CHECKS_F'],
  [4, 'RELAXED_UNIQUE_CHECKS_F'],
  [8, 'COMPLETE_ROWS_F'],
  [16, 'USE_SQL_FOREIGN_KEY_F'],
];

function rowsInfo(event: RawEvent, format: FormatDescription): string {
  const flags = rowsFlags(event, format);
  const isNew = !isMariadb(format.serverVersion) && Number.parseInt(format.serverVersion, 10) >= 9;
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0 && (isNew || bit === 1)).map(([, name]) => name);
  const shown = names.length === 0 ? '' : ` flags: ${names.join(' ')}`;
  return `table_id: ${rowsTableId(event, format)}${shown}`;
}
