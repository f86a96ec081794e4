import { tmpdir } from 'node:os';
import { decodeAnnotateRows } from '../../src/binlog/annotate-rows.js';
import { decodeAppendBlock } from '../../src/binlog/append-block.js';
import { decodeBinlogCheckpoint } from '../../src/binlog/binlog-checkpoint.js';
import { decodeDeleteFile } from '../../src/binlog/delete-file.js';
import { decodeExecuteLoadParts, decodeExecuteLoadQuery } from '../../src/binlog/execute-load-query.js';
import { decodeFormat } from '../../src/binlog/format-description.js';
import { decodeTransactionContext, decodeViewChange } from '../../src/binlog/group-replication.js';
import { decodeGtid, decodeGtidTagged } from '../../src/binlog/gtid.js';
import { decodeGtidList } from '../../src/binlog/gtid-list.js';
import { decodeHeartbeat } from '../../src/binlog/heartbeat.js';
import { decodeIncident } from '../../src/binlog/incident.js';
import { decodeIntvar } from '../../src/binlog/intvar.js';
import { decodeMariaGtid } from '../../src/binlog/maria-gtid.js';
import { decodePreviousGtids } from '../../src/binlog/previous-gtids.js';
import { decodeQuery, decodeQueryParts } from '../../src/binlog/query.js';
import { decodeRand } from '../../src/binlog/rand.js';
import { decodeRotate } from '../../src/binlog/rotate.js';
import { RowsBody } from '../../src/binlog/rows.js';
import { decodeRowsExtra } from '../../src/binlog/rows-extra.js';
import { decodeRowsQuery } from '../../src/binlog/rows-query.js';
import { decodeStartEncryption } from '../../src/binlog/start-encryption.js';
import { decodeStartV3 } from '../../src/binlog/start-v3.js';
import { decodeTableIdentity, decodeTableMap, decodeTableName } from '../../src/binlog/table-map.js';
import { decodeTransactionPayload } from '../../src/binlog/transaction-payload.js';
import { transactions } from '../../src/binlog/transactions.js';
import * as type from '../../src/binlog/types.js';
import { decodeUserVar } from '../../src/binlog/user-var.js';
import { decodeXaPrepare } from '../../src/binlog/xa-prepare.js';
import { decodeXid } from '../../src/binlog/xid.js';
import { changes } from '../../src/column/changes.js';
import { RowtideError } from '../../src/core/errors.js';
import type { FormatDescription, RawEvent } from '../../src/core/event.js';
import type { LogSource } from '../../src/core/source.js';
import type { Transaction } from '../../src/core/transaction.js';
import { schemas } from '../../src/schema/schemas.js';
import { diskSpool } from '../../src/source/spool.js';
import { jsonLines } from '../roundtrip/compare.js';

type Decode = (event: RawEvent, format: FormatDescription) => unknown;

/** Some are decoded differently for the stream and for inspection. */
function bothOf(one: Decode, other: Decode): Decode {
  return (event, format) => [one(event, format), other(event, format)];
}

const decodeRows: Decode = (event, format) => new RowsBody(event, format);

/** Whoever decodes the body of an event, by the type that it is meant for. */
export const DECODERS: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [type.START_EVENT_V3, ({ bytes }) => decodeStartV3(bytes)],
  [type.QUERY_EVENT, bothOf(decodeQuery, decodeQueryParts)],
  [type.ROTATE_EVENT, ({ bytes }) => decodeRotate(bytes)],
  [type.INTVAR_EVENT, decodeIntvar],
  [type.APPEND_BLOCK_EVENT, decodeAppendBlock],
  [type.BEGIN_LOAD_QUERY_EVENT, decodeAppendBlock],
  [type.EXECUTE_LOAD_QUERY_EVENT, bothOf(decodeExecuteLoadQuery, decodeExecuteLoadParts)],
  [type.DELETE_FILE_EVENT, decodeDeleteFile],
  [type.RAND_EVENT, decodeRand],
  [type.USER_VAR_EVENT, decodeUserVar],
  [type.FORMAT_DESCRIPTION_EVENT, ({ bytes }) => decodeFormat(bytes)],
  [type.TABLE_MAP_EVENT, bothOf(bothOf(decodeTableName, decodeTableIdentity), decodeTableMap)],
  [type.WRITE_ROWS_EVENT, bothOf(decodeRowsExtra, decodeRows)],
  [type.UPDATE_ROWS_EVENT, bothOf(decodeRowsExtra, decodeRows)],
  [type.DELETE_ROWS_EVENT, bothOf(decodeRowsExtra, decodeRows)],
  [type.PARTIAL_UPDATE_ROWS_EVENT, bothOf(decodeRowsExtra, decodeRows)],
  [type.WRITE_ROWS_COMPRESSED_EVENT_V1, decodeRows],
  [type.UPDATE_ROWS_COMPRESSED_EVENT_V1, decodeRows],
  [type.DELETE_ROWS_COMPRESSED_EVENT_V1, decodeRows],
  [type.TRANSACTION_CONTEXT_EVENT, decodeTransactionContext],
  [type.VIEW_CHANGE_EVENT, decodeViewChange],
  [type.INCIDENT_EVENT, decodeIncident],
  [type.HEARTBEAT_LOG_EVENT, ({ bytes }) => decodeHeartbeat(bytes, type.HEARTBEAT_LOG_EVENT)],
  [type.HEARTBEAT_LOG_EVENT_V2, ({ bytes }) => decodeHeartbeat(bytes, type.HEARTBEAT_LOG_EVENT_V2)],
  [type.ROWS_QUERY_LOG_EVENT, decodeRowsQuery],
  [type.GTID_LOG_EVENT, (event) => decodeGtid(event, false)],
  [type.ANONYMOUS_GTID_LOG_EVENT, (event) => decodeGtid(event, true)],
  [type.GTID_TAGGED_LOG_EVENT, decodeGtidTagged],
  [type.PREVIOUS_GTIDS_LOG_EVENT, (event) => decodePreviousGtids(event).toString()],
  [type.XID_EVENT, decodeXid],
  [type.XA_PREPARE_LOG_EVENT, decodeXaPrepare],
  [type.TRANSACTION_PAYLOAD_EVENT, decodeTransactionPayload],
  [type.ANNOTATE_ROWS_EVENT, decodeAnnotateRows],
  [type.BINLOG_CHECKPOINT_EVENT, (event) => decodeBinlogCheckpoint(event)],
  [type.GTID_EVENT, decodeMariaGtid],
  [type.GTID_LIST_EVENT, decodeGtidList],
  [type.START_ENCRYPTION_EVENT, decodeStartEncryption],
  [type.QUERY_COMPRESSED_EVENT, bothOf(decodeQuery, decodeQueryParts)],
]);

const SPOOL = diskSpool(tmpdir());

/** Every change as JavaScript values and as JSON. */
export async function decodeEverything(
  log: LogSource,
  seen: (transaction: Transaction, rows: string[]) => void = () => {},
): Promise<void> {
  const { signal } = new AbortController();
  const source = transactions(log, {
    schemas: schemas({ kind: 'none' }),
    spool: SPOOL,
    start: (each) => each.tail(signal),
  });
  for await (const transaction of source.read(await source.start(signal), signal)) {
    try {
      for (const _ of changes(transaction));
      seen(
        transaction,
        jsonLines(transaction).map(({ key, value }) => `${key}\t${value}`),
      );
    } finally {
      transaction.release();
    }
  }
}

/** The code of an error of ours. Everything else is thrown: what the engine had to find is a bound that was forgotten. */
export function codeOf(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  if (error instanceof RowtideError && root instanceof RowtideError) return error.code;
  throw error;
}
