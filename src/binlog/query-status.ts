import { ByteReader } from './bytes.js';

/** What the session of a statement had set. Null: not said, because the server is older or the event is cut short. */
export interface QueryStatus {
  /** Options of the session by bits: foreign_key_checks and the like. */
  readonly flags: number | null;
  /** The lower 32 bits: those that say how text is read. */
  readonly sqlMode: number | null;
  /** The upper 32 bits. */
  readonly sqlModeHigh: number;
  readonly autoIncrement: { readonly increment: number; readonly offset: number } | null;
  readonly timeZone: Buffer | null;
  /** Number of the locale of lc_time_names. */
  readonly monthNames: number | null;
  readonly databaseCollation: number | null;
  /** Behind the seconds of the event's header. */
  readonly microseconds: number | null;
  /** Of a statement that commits by itself. */
  readonly xid: bigint | null;
  readonly requirePrimaryKey: number | null;
  readonly tableEncryption: number | null;
  readonly enableCascadeTriggers: number | null;
  /** Collation ids. */
  readonly charset: { readonly client: number; readonly connection: number; readonly server: number } | null;
  readonly explicitDefaultsForTimestamp: boolean | null;
  /** Collation id of utf8mb4 where a statement names no other: MySQL 8.0 and later. */
  readonly defaultUtf8mb4: number | null;
  /** MariaDB's character_set_collations: by the id of a character set's own default, the id of what it is replaced with. */
  readonly defaultCollations: ReadonlyMap<number, number>;
  /** It says so even of an empty list. */
  readonly saysDefaultCollations: boolean;
  /** MariaDB: of the steps of an ALTER TABLE in two phases: 2 START ALTER, 4 COMMIT ALTER, 8 ROLLBACK ALTER. */
  readonly alterFlags: number;
}

const CODE = {
  flags: 0,
  sqlMode: 1,
  oldCatalog: 2,
  autoIncrement: 3,
  charset: 4,
  timeZone: 5,
  catalog: 6,
  monthNames: 7,
  databaseCollation: 8,
  tableMapForUpdate: 9,
  dataWritten: 10,
  invoker: 11,
  updatedSchemas: 12,
  microseconds: 13,
  commitTimestamp: 14,
  commitTimestampSecond: 15,
  explicitDefaultsForTimestamp: 16,
  xid: 17,
  defaultUtf8mb4: 18,
  requirePrimaryKey: 19,
  tableEncryption: 20,
  enableCascadeTriggers: 21,
  mariadbMicroseconds: 128,
  mariadbXid: 129,
  mariadbGtidFlags: 130,
  mariadbCollations: 131,
} as const;

/** COMMIT ALTER and ROLLBACK ALTER name the GTID of their START ALTER. */
const ENDS_ALTER = 4 | 8;
/** More schemas than this are not named. */
const SCHEMAS_MAX = 254;

const NOTHING: QueryStatus = {
  flags: null,
  sqlMode: null,
  sqlModeHigh: 0,
  autoIncrement: null,
  charset: null,
  timeZone: null,
  monthNames: null,
  databaseCollation: null,
  microseconds: null,
  explicitDefaultsForTimestamp: null,
  xid: null,
  defaultUtf8mb4: null,
  requirePrimaryKey: null,
  tableEncryption: null,
  enableCascadeTriggers: null,
  defaultCollations: new Map(),
  saysDefaultCollations: false,
  alterFlags: 0,
};

/**
 *   (code u8, value) to the end; the lengths of values follow from their codes, so an unknown code ends it
 */
export function decodeQueryStatus(bytes: Buffer): QueryStatus {
  const r = new ByteReader(bytes);
  const status: Writable<QueryStatus> = { ...NOTHING };
  while (r.left > 0 && readVariable(r.u8(), r, status));
  return status;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads the value of a code; false if its length is not known. */
function readVariable(code: number, r: ByteReader, status: Writable<QueryStatus>): boolean {
  switch (code) {
    case CODE.flags:
      status.flags = r.u32();
      return true;
    case CODE.sqlMode:
      status.sqlMode = r.u32();
      status.sqlModeHigh = r.u32();
      return true;
    case CODE.autoIncrement:
      status.autoIncrement = { increment: r.u16(), offset: r.u16() };
      return true;
    case CODE.charset:
      status.charset = { client: r.u16(), connection: r.u16(), server: r.u16() };
      return true;
    case CODE.timeZone:
      status.timeZone = r.slice(r.u8());
      return true;
    case CODE.monthNames:
      status.monthNames = r.u16();
      return true;
    case CODE.databaseCollation:
      status.databaseCollation = r.u16();
      return true;
    case CODE.microseconds:
    case CODE.mariadbMicroseconds:
      status.microseconds = r.u16() + r.u8() * 0x10000;
      return true;
    case CODE.explicitDefaultsForTimestamp:
      status.explicitDefaultsForTimestamp = r.u8() !== 0;
      return true;
    case CODE.xid:
    case CODE.mariadbXid:
      status.xid = r.u64();
      return true;
    case CODE.defaultUtf8mb4:
      status.defaultUtf8mb4 = r.u16();
      return true;
    case CODE.requirePrimaryKey:
      status.requirePrimaryKey = r.u8();
      return true;
    case CODE.tableEncryption:
      status.tableEncryption = r.u8();
      return true;
    case CODE.enableCascadeTriggers:
      status.enableCascadeTriggers = r.u8();
      return true;
    case CODE.mariadbGtidFlags:
      status.alterFlags = r.u8();
      r.skip((status.alterFlags & ENDS_ALTER) === 0 ? 0 : 8);
      return true;
    case CODE.mariadbCollations:
      status.defaultCollations = readCollations(r);
      status.saysDefaultCollations = true;
      return true;
    default:
      return skip(code, r);
  }
}

function readCollations(r: ByteReader): ReadonlyMap<number, number> {
  const collations = new Map<number, number>();
  for (let count = r.u8(); count > 0; count--) collations.set(r.u16(), r.u16());
  return collations;
}

/** Passes the value of a code that says nothing about the session. */
function skip(code: number, r: ByteReader): boolean {
  switch (code) {
    case CODE.dataWritten:
      r.skip(4);
      return true;
    case CODE.commitTimestampSecond:
      r.skip(5);
      return true;
    case CODE.commitTimestamp:
      r.skip(7);
      return true;
    case CODE.tableMapForUpdate:
      r.skip(8);
      return true;
    case CODE.oldCatalog:
      r.skip(r.u8() + 1);
      return true;
    case CODE.catalog:
      r.skip(r.u8());
      return true;
    case CODE.invoker:
      r.skip(r.u8());
      r.skip(r.u8());
      return true;
    case CODE.updatedSchemas:
      skipSchemas(r);
      return true;
    default:
      return false;
  }
}

/** Names that end in NUL each. */
function skipSchemas(r: ByteReader): void {
  const count = r.u8();
  if (count >= SCHEMAS_MAX) return;
  for (let i = 0; i < count; i++) while (r.u8() !== 0);
}
