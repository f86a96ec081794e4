import { decodeAppendBlock } from '../../binlog/append-block.js';
import { ByteReader, NameBytesReader } from '../../binlog/bytes.js';
import { decodeDeleteFile } from '../../binlog/delete-file.js';
import { decodeIncident } from '../../binlog/incident.js';
import { readIntvar } from '../../binlog/intvar.js';
import type { QueryParts } from '../../binlog/query.js';
import { decodeQueryStatus } from '../../binlog/query-status.js';
import { decodeRand } from '../../binlog/rand.js';
import { decodeRotate } from '../../binlog/rotate.js';
import { isRowsEvent } from '../../binlog/rows.js';
import { rowsQueryBytes } from '../../binlog/rows-query.js';
import * as type from '../../binlog/types.js';
import { decodeUserVar } from '../../binlog/user-var.js';
import { decodeXaPrepare } from '../../binlog/xa-prepare.js';
import { decodeXid } from '../../binlog/xid.js';
import { malformed } from '../../core/errors.js';
import { type FormatDescription, HEADER_BYTES, type RawEvent } from '../../core/event.js';
import { decodeAnyGtid } from '../gtid-event.js';
import type { LoggedEvent } from '../logged-event.js';
import { loggedLoad, loggedQuery } from './logged-names.js';

/** The one kind of incident. */
const LOST_EVENTS = 1;

/** mysqlbinlog takes each event apart before it prints any of it, and stops where that fails. EVENT_MALFORMED. */
export function checkEvent(logged: LoggedEvent): void {
  const { event, format } = logged;
  if (isRowsEvent(event.type)) {
    checkRows(logged);
    return;
  }
  switch (event.type) {
    case type.QUERY_EVENT:
      checkQuery(loggedQuery(logged));
      return;
    case type.EXECUTE_LOAD_QUERY_EVENT:
      checkQuery(loggedLoad(logged));
      return;
    case type.BEGIN_LOAD_QUERY_EVENT:
    case type.APPEND_BLOCK_EVENT:
      decodeAppendBlock(event, format);
      return;
    case type.DELETE_FILE_EVENT:
      decodeDeleteFile(event);
      return;
    case type.ROTATE_EVENT:
      if (decodeRotate(event.bytes, NameBytesReader).file === '') throw malformed('a ROTATE without a name');
      return;
    case type.INTVAR_EVENT:
      readIntvar(event, format);
      return;
    case type.RAND_EVENT:
      decodeRand(event, format);
      return;
    case type.USER_VAR_EVENT:
      if (decodeUserVar(event, format, NameBytesReader).name === '') throw malformed('a user variable without a name');
      return;
    case type.XID_EVENT:
      decodeXid(event, format);
      return;
    case type.XA_PREPARE_LOG_EVENT:
      decodeXaPrepare(event, format);
      return;
    case type.TABLE_MAP_EVENT:
      checkTableMap(event, format);
      return;
    case type.GTID_LOG_EVENT:
    case type.ANONYMOUS_GTID_LOG_EVENT:
    case type.GTID_TAGGED_LOG_EVENT:
      checkGtid(event);
      return;
    case type.INCIDENT_EVENT: {
      const { incident } = decodeIncident(event, format, NameBytesReader);
      if (incident !== LOST_EVENTS) throw malformed(`an incident of the kind ${incident}, which is none`);
      return;
    }
    case type.PREVIOUS_GTIDS_LOG_EVENT:
      if (event.bytes.length < HEADER_BYTES + COUNT_BYTES) throw malformed('a PREVIOUS_GTIDS without a set');
      return;
    case type.ROWS_QUERY_LOG_EVENT:
      if (rowsQueryBytes(event).length === 0) throw malformed('a ROWS_QUERY without a statement');
      return;
  }
}

/** Of the GTIDs of a set. */
const COUNT_BYTES = 8;

function checkQuery({ status, text }: QueryParts): void {
  decodeQueryStatus(status);
  if (text.length === 0) throw malformed('a statement without text');
}

const SEQUENCE_END = 2n ** 63n - 1n;
const SEQUENCE_AT = HEADER_BYTES + 17;

function checkGtid(event: RawEvent): void {
  decodeAnyGtid(event);
  if (event.type === type.GTID_TAGGED_LOG_EVENT) return;
  const sequence = event.bytes.readBigInt64LE(SEQUENCE_AT);
  const isAnonymous = event.type === type.ANONYMOUS_GTID_LOG_EVENT;
  const isValid = isAnonymous ? sequence === 0n : sequence > 0n && sequence < SEQUENCE_END;
  if (!isValid) throw malformed(`a GTID with the number ${sequence}`);
}

/** What describes columns, but not what it says about them. */
function checkTableMap(event: RawEvent, format: FormatDescription): void {
  const r = new ByteReader(event.bytes, HEADER_BYTES + format.postHeaderBytes(event.type));
  for (const _ of ['schema', 'table']) r.skip(r.lengthEncoded() + 1);
  const count = r.lengthEncoded();
  r.skip(count);
  if (r.left === 0) return;
  const metadataBytes = r.lengthEncoded();
  if (metadataBytes > count * METADATA_BYTES_MAX) throw malformed(`${metadataBytes} bytes of column metadata`);
  r.skip(metadataBytes);
  r.skip((count + 7) >> 3);
}

const METADATA_BYTES_MAX = 4;

/** What stands in front of the rows of an event. */
function checkRows({ event, format }: LoggedEvent): void {
  const postHeaderBytes = format.postHeaderBytes(event.type);
  const r = new ByteReader(event.bytes, HEADER_BYTES);
  r.skip(postHeaderBytes === SHORT_ID_BYTES ? 6 : 8);
  if (postHeaderBytes === EXTRA_HEADER_BYTES) r.skip(Math.max(0, r.u16() - 2));
  const width = r.lengthEncoded();
  if (width === 0) throw malformed(`${type.eventTypeName(event.type)} without columns`);
  const hasTwo = event.type === type.UPDATE_ROWS_EVENT || event.type === type.PARTIAL_UPDATE_ROWS_EVENT;
  r.skip(((width + 7) >> 3) * (hasTwo ? 2 : 1));
}

/** Post-headers with a table id of four bytes, and with extra information behind them. */
const [SHORT_ID_BYTES, EXTRA_HEADER_BYTES] = [6, 10];
