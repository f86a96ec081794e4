import { RowtideError } from '../core/errors.js';
import { GtidSet } from '../core/gtid.js';
import { isMariaGtids, MariaGtids } from '../core/maria-gtid.js';

/** A place in the log as people write it down. */
export type Point =
  | { readonly kind: 'beginning' }
  | { readonly kind: 'now' }
  | { readonly kind: 'gtid'; readonly executed: GtidSet }
  | { readonly kind: 'mariadb-gtid'; readonly executed: MariaGtids }
  | { readonly kind: 'file'; readonly file: string; readonly offset: number }
  /** Microseconds since the epoch. */
  | { readonly kind: 'time'; readonly timeUs: number };

const GTIDS = /^\s*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\s*:/i;
const FILE = /^(.+):(\d+)$/s;
const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** Where events begin in every binlog file. */
const OFFSET_MIN = 4;

/**
 * Reads `beginning`, `now`, a GTID set, MariaDB's GTIDs, `file:offset`, or a time, which is local unless it names a
 * zone. What could be a GTID of the domain 2026 is a date; with a comma behind it, it is not.
 */
export function parsePoint(text: string): Point {
  if (text === 'beginning' || text === 'now') return { kind: text };
  if (GTIDS.test(text)) return { kind: 'gtid', executed: GtidSet.parse(text) };
  if (TIME.test(text)) return { kind: 'time', timeUs: parseTime(text) };
  if (isMariaGtids(text)) return { kind: 'mariadb-gtid', executed: MariaGtids.parse(text) };
  const [, file, offset] = FILE.exec(text) ?? [];
  if (file === undefined || !(Number(offset) >= OFFSET_MIN)) throw notAPoint(text);
  return { kind: 'file', file, offset: Number(offset) };
}

function parseTime(text: string): number {
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', zone] = TIME.exec(text) ?? [];
  const fields = [year, Number(month) - 1, day, hour, minute, second].map(Number) as [number, number, number];
  const utcMs = Date.UTC(...fields);
  const written = new Date(utcMs);
  // Date rolls 31 February over into March.
  if (written.getUTCDate() !== Number(day) || written.getUTCHours() !== Number(hour)) throw notAPoint(text);
  const ms = zone === undefined ? new Date(...fields).getTime() : utcMs - zoneMs(zone);
  return ms * 1000 + Number(fraction.padEnd(6, '0'));
}

function zoneMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function notAPoint(text: string): RowtideError {
  return new RowtideError('USAGE', `not a place in a binlog: ${JSON.stringify(text)}`, {
    hint: 'Give beginning, now, a GTID set (of MariaDB: 0-1-100,1-2-5), file:position (binlog.000007:1234), or a time (2026-11-20 10:15:00, with Z or +01:00 for a zone).',
  });
}
