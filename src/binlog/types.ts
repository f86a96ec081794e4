/** Event type codes under the names that the servers give them. */

export const UNKNOWN_EVENT = 0;
export const START_EVENT_V3 = 1;
export const QUERY_EVENT = 2;
export const STOP_EVENT = 3;
export const ROTATE_EVENT = 4;
export const INTVAR_EVENT = 5;
export const LOAD_EVENT = 6;
export const SLAVE_EVENT = 7;
export const CREATE_FILE_EVENT = 8;
export const APPEND_BLOCK_EVENT = 9;
export const EXEC_LOAD_EVENT = 10;
export const DELETE_FILE_EVENT = 11;
export const NEW_LOAD_EVENT = 12;
export const RAND_EVENT = 13;
export const USER_VAR_EVENT = 14;
export const FORMAT_DESCRIPTION_EVENT = 15;
export const XID_EVENT = 16;
export const BEGIN_LOAD_QUERY_EVENT = 17;
export const EXECUTE_LOAD_QUERY_EVENT = 18;
export const TABLE_MAP_EVENT = 19;
export const WRITE_ROWS_EVENT_V1 = 23;
export const UPDATE_ROWS_EVENT_V1 = 24;
export const DELETE_ROWS_EVENT_V1 = 25;
export const INCIDENT_EVENT = 26;
export const HEARTBEAT_LOG_EVENT = 27;
export const IGNORABLE_LOG_EVENT = 28;
export const ROWS_QUERY_LOG_EVENT = 29;
export const WRITE_ROWS_EVENT = 30;
export const UPDATE_ROWS_EVENT = 31;
export const DELETE_ROWS_EVENT = 32;
export const GTID_LOG_EVENT = 33;
export const ANONYMOUS_GTID_LOG_EVENT = 34;
export const PREVIOUS_GTIDS_LOG_EVENT = 35;
export const TRANSACTION_CONTEXT_EVENT = 36;
export const VIEW_CHANGE_EVENT = 37;
export const XA_PREPARE_LOG_EVENT = 38;
export const PARTIAL_UPDATE_ROWS_EVENT = 39;
export const TRANSACTION_PAYLOAD_EVENT = 40;
export const HEARTBEAT_LOG_EVENT_V2 = 41;
export const GTID_TAGGED_LOG_EVENT = 42;

// MariaDB's own.
export const ANNOTATE_ROWS_EVENT = 160;
export const BINLOG_CHECKPOINT_EVENT = 161;
export const GTID_EVENT = 162;
export const GTID_LIST_EVENT = 163;
export const START_ENCRYPTION_EVENT = 164;
export const QUERY_COMPRESSED_EVENT = 165;
export const WRITE_ROWS_COMPRESSED_EVENT_V1 = 166;
export const UPDATE_ROWS_COMPRESSED_EVENT_V1 = 167;
export const DELETE_ROWS_COMPRESSED_EVENT_V1 = 168;
export const WRITE_ROWS_COMPRESSED_EVENT = 169;
export const UPDATE_ROWS_COMPRESSED_EVENT = 170;
export const DELETE_ROWS_COMPRESSED_EVENT = 171;
export const PARTIAL_ROW_DATA_EVENT = 172;

const NAMES = new Map<number, string>(
  Object.entries({
    UNKNOWN_EVENT,
    START_EVENT_V3,
    QUERY_EVENT,
    STOP_EVENT,
    ROTATE_EVENT,
    INTVAR_EVENT,
    LOAD_EVENT,
    SLAVE_EVENT,
    CREATE_FILE_EVENT,
    APPEND_BLOCK_EVENT,
    EXEC_LOAD_EVENT,
    DELETE_FILE_EVENT,
    NEW_LOAD_EVENT,
    RAND_EVENT,
    USER_VAR_EVENT,
    FORMAT_DESCRIPTION_EVENT,
    XID_EVENT,
    BEGIN_LOAD_QUERY_EVENT,
    EXECUTE_LOAD_QUERY_EVENT,
    TABLE_MAP_EVENT,
    WRITE_ROWS_EVENT_V1,
    UPDATE_ROWS_EVENT_V1,
    DELETE_ROWS_EVENT_V1,
    INCIDENT_EVENT,
    HEARTBEAT_LOG_EVENT,
    IGNORABLE_LOG_EVENT,
    ROWS_QUERY_LOG_EVENT,
    WRITE_ROWS_EVENT,
    UPDATE_ROWS_EVENT,
    DELETE_ROWS_EVENT,
    GTID_LOG_EVENT,
    ANONYMOUS_GTID_LOG_EVENT,
    PREVIOUS_GTIDS_LOG_EVENT,
    TRANSACTION_CONTEXT_EVENT,
    VIEW_CHANGE_EVENT,
    XA_PREPARE_LOG_EVENT,
    PARTIAL_UPDATE_ROWS_EVENT,
    TRANSACTION_PAYLOAD_EVENT,
    HEARTBEAT_LOG_EVENT_V2,
    GTID_TAGGED_LOG_EVENT,
    ANNOTATE_ROWS_EVENT,
    BINLOG_CHECKPOINT_EVENT,
    GTID_EVENT,
    GTID_LIST_EVENT,
    START_ENCRYPTION_EVENT,
    QUERY_COMPRESSED_EVENT,
    WRITE_ROWS_COMPRESSED_EVENT_V1,
    UPDATE_ROWS_COMPRESSED_EVENT_V1,
    DELETE_ROWS_COMPRESSED_EVENT_V1,
    WRITE_ROWS_COMPRESSED_EVENT,
    UPDATE_ROWS_COMPRESSED_EVENT,
    DELETE_ROWS_COMPRESSED_EVENT,
    PARTIAL_ROW_DATA_EVENT,
  }).map(([name, code]) => [code, name]),
);

/** For messages and listings: the server's name, or the number of a type that is not known. */
export function eventTypeName(type: number): string {
  return NAMES.get(type) ?? `event type ${type}`;
}

/** Bits of the header's flags. */
export const FLAG_IN_USE = 0x1;
/** The statement means what it means for its session only: temporary tables. */
export const FLAG_THREAD_SPECIFIC = 0x4;
/** The statement does not depend on the session's schema. */
export const FLAG_SUPPRESS_USE = 0x8;
export const FLAG_ARTIFICIAL = 0x20;
/** The replica that wrote the relay log made it. */
export const FLAG_RELAY_LOG = 0x40;
/** A reader that does not know the type may skip the event. */
export const FLAG_IGNORABLE = 0x80;

export function isKnownEvent(type: number): boolean {
  return NAMES.has(type);
}
