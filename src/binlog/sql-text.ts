import { isAscii, isUtf8 } from 'node:buffer';
import { charsetOf, invalidText } from '../column/charset.js';
import type { InvalidText } from '../core/invalid-text.js';
import { ByteReader } from './bytes.js';
import { isMariadb } from './server-version.js';

export interface SqlText {
  /** With U+FFFD for what is no character; `invalid` has the bytes then. */
  readonly sql: string;
  readonly invalid?: InvalidText;
}

const UTF8MB4_COLLATION = 45;
const CLIENT = 'the statement';

/**
 * A statement stands as its client sent it, in the client's character set. What the server words itself is UTF-8
 * whatever the client's set is said to be, and may be only the beginning: `CREATE … VIEW name AS`, and then the client.
 */
export function decodeSql(sql: Buffer, status: Buffer, serverVersion: string): SqlText {
  const utf8 = charsetOf(UTF8MB4_COLLATION, CLIENT);
  const client = charsetOf(clientCollation(status) ?? UTF8MB4_COLLATION, CLIENT);
  if (client.extendsAscii && isAscii(sql)) return { sql: sql.latin1Slice(0, sql.length) };
  // A client without a character set: names are stored as it sent them, so they are UTF-8.
  const isForeign = !client.isUtf8 && client.name !== 'binary';
  const head = isForeign ? wordedByServer(sql, serverVersion) : 0;
  const text = isForeign
    ? concat(utf8.decode(sql, 0, head), client.decode(sql, head, sql.length))
    : utf8.decode(sql, 0, sql.length);
  if (text !== null) return { sql: text };
  if (isUtf8(sql)) return { sql: sql.utf8Slice(0, sql.length) };
  const invalid = invalidText(isForeign ? client : utf8, sql, { from: 0, to: sql.length });
  return { sql: sql.utf8Slice(0, sql.length), invalid };
}

function concat(head: string | null, rest: string | null): string | null {
  return head === null || rest === null ? null : head + rest;
}

const QUOTED = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*")';
/** CREATE … SELECT and CREATE … LIKE become a whole statement of the server's. */
const CREATED = `CREATE (OR REPLACE )?TABLE (IF NOT EXISTS )?${QUOTED} \\(\\n[^]*`;
/** MySQL hides passwords, and names definers, views and routines itself. */
const ACCOUNTS = '((CREATE|ALTER) USER|GRANT|REVOKE|SET PASSWORD) [^]*';
const DEFINED = `CREATE (OR REPLACE )?(ALGORITHM=\\w+ )?DEFINER=${QUOTED}(@${QUOTED})? (SQL SECURITY \\w+ )?`;
const NAMED = `(VIEW|PROCEDURE|FUNCTION|EVENT) (IF NOT EXISTS )?(${QUOTED}\\.)?${QUOTED}(\\(${QUOTED}(,${QUOTED})*\\))?`;
const WORDED_BY_MYSQL = new RegExp(`^(${CREATED}|${ACCOUNTS}|${DEFINED}(${NAMED})?)`);
const WORDED_BY_MARIADB = new RegExp(`^${CREATED}`);

/** Bytes at the beginning that are UTF-8 whoever sent the statement: none where they are not. */
function wordedByServer(sql: Buffer, version: string): number {
  const worded = isMariadb(version) ? WORDED_BY_MARIADB : WORDED_BY_MYSQL;
  const length = worded.exec(sql.latin1Slice(0, sql.length))?.[0].length ?? 0;
  return isUtf8(sql.subarray(0, length)) ? length : 0;
}

/** `collations` is MariaDB's, from 11.2 on: what its session takes for the default collation of a character set. */
const STATUS = { flags: 0, sqlMode: 1, autoIncrement: 3, charset: 4, catalog: 6, collations: 131 } as const;

/** Status variables are (code u8, value) with lengths by code; those that may stand before the character set are known. */
function clientCollation(status: Buffer): number | null {
  const r = new ByteReader(status);
  while (r.left > 0) {
    switch (r.u8()) {
      case STATUS.charset:
        return r.u16();
      case STATUS.flags:
      case STATUS.autoIncrement:
        r.skip(4);
        break;
      case STATUS.sqlMode:
        r.skip(8);
        break;
      case STATUS.catalog:
        r.skip(r.u8());
        break;
      case STATUS.collations:
        r.skip(r.u8() * 4);
        break;
      default:
        return null;
    }
  }
  return null;
}
