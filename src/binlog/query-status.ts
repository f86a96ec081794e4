import { ByteReader } from './bytes.js';

/** What the session of a statement had set. Null: not said, because the server is older or the event is cut short. */
export interface QueryStatus {
  /** The lower 32 bits: those that say how text is read. */
  readonly sqlMode: number | null;
  /** Collation ids. */
  readonly charset: { readonly client: number; readonly connection: number; readonly server: number } | null;
  readonly explicitDefaultsForTimestamp: boolean | null;
  /** Collation id of utf8mb4 where a statement names no other: MySQL 8.0 and later. */
  readonly defaultUtf8mb4: number | null;
  /** MariaDB's character_set_collations: by the id of a character set's own default, the id of what it is replaced with. */
  readonly defaultCollations: ReadonlyMap<number, number>;
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
  mariadbMicroseconds: 128,
  mariadbXid: 129,
  mariadbGtidFlags: 130,
  mariadbCollations: 131,
} as const;

/** More schemas than this are not named. */
const SCHEMAS_MAX = 254;

/**
 *   (code u8, value) to the end; the lengths of values follow from their codes, so an unknown code ends it
 */
export function decodeQueryStatus(status: Buffer): QueryStatus {
  const r = new ByteReader(status);
  let sqlMode: number | null = null;
  let charset: QueryStatus['charset'] = null;
  let explicitDefaultsForTimestamp: boolean | null = null;
  let defaultUtf8mb4: number | null = null;
  const defaultCollations = new Map<number, number>();
  const done = (): QueryStatus => ({
    sqlMode,
    charset,
    explicitDefaultsForTimestamp,
    defaultUtf8mb4,
    defaultCollations,
  });
  while (r.left > 0) {
    const code = r.u8();
    switch (code) {
      case CODE.sqlMode:
        sqlMode = r.u32();
        r.skip(4);
        break;
      case CODE.charset:
        charset = { client: r.u16(), connection: r.u16(), server: r.u16() };
        break;
      case CODE.explicitDefaultsForTimestamp:
        explicitDefaultsForTimestamp = r.u8() !== 0;
        break;
      case CODE.defaultUtf8mb4:
        defaultUtf8mb4 = r.u16();
        break;
      case CODE.mariadbCollations:
        for (let count = r.u8(); count > 0; count--) defaultCollations.set(r.u16(), r.u16());
        break;
      default: {
        if (!skip(code, r)) return done();
      }
    }
  }
  return done();
}

/** Passes the value of another code; false if its length is not known. */
function skip(code: number, r: ByteReader): boolean {
  switch (code) {
    case CODE.requirePrimaryKey:
    case CODE.tableEncryption:
      r.skip(1);
      return true;
    case CODE.monthNames:
    case CODE.databaseCollation:
      r.skip(2);
      return true;
    case CODE.microseconds:
    case CODE.mariadbMicroseconds:
      r.skip(3);
      return true;
    case CODE.flags:
    case CODE.autoIncrement:
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
    case CODE.xid:
    case CODE.mariadbXid:
      r.skip(8);
      return true;
    case CODE.oldCatalog:
      r.skip(r.u8() + 1);
      return true;
    case CODE.timeZone:
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
