/** A binlog file to be compared, and the places in it that options speak of. */
import { readFileSync } from 'node:fs';

export type Tool = 'mysql' | 'mariadb';

export interface Input {
  readonly name: string;
  readonly tool: Tool;
  readonly path: string;
  readonly database: string;
  readonly events: readonly Header[];
  readonly gtids: readonly string[];
}

export interface Header {
  readonly type: number;
  readonly timestamp: number;
  readonly start: number;
  readonly end: number;
}

const MAGIC_BYTES = 4;
const HEADER_BYTES = 19;
const MYSQL_GTID = 33;
const MARIADB_GTID = 162;

export function readInput(options: Pick<Input, 'name' | 'tool' | 'path' | 'database'>): Input {
  const bytes = readFileSync(options.path);
  const events = headersIn(bytes);
  return { ...options, events, gtids: events.flatMap((event) => gtidOf(bytes, event)) };
}

/** As far as lengths lead on; of encrypted files only the first. */
export function headersIn(bytes: Buffer): Header[] {
  const events: Header[] = [];
  for (let at = MAGIC_BYTES; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + bytes.readUInt32LE(at + 9);
    if (end < at + HEADER_BYTES || end > bytes.length) break;
    events.push({ type: bytes[at + 4]!, timestamp: bytes.readUInt32LE(at), start: at, end });
    at = end;
  }
  return events;
}

function gtidOf(bytes: Buffer, { type, start }: Header): string[] {
  const body = start + HEADER_BYTES;
  if (type === MARIADB_GTID) {
    return [`${bytes.readUInt32LE(body + 8)}-${bytes.readUInt32LE(start + 5)}-${bytes.readBigUInt64LE(body)}`];
  }
  if (type !== MYSQL_GTID) return [];
  const hex = bytes.toString('hex', body + 1, body + 17);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return [`${uuid}:${bytes.readBigUInt64LE(body + 17)}`];
}

export interface Call {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The arguments of a combination for this file; null where the file has not what they speak of. */
export function callOf(combination: string, input: Input): Call | null {
  const words = combination.match(/(\{[^}]*\}|[^\s{])+/g) ?? [];
  const env = words.filter((word) => /^[A-Z]+=/.test(word)).map((word) => word.split('=') as [string, string]);
  const args = words.filter((word) => !/^[A-Z]+=/.test(word)).map((word) => expand(word, input, env[0]?.[1]));
  return args.includes(null) ? null : { args: args as string[], env: Object.fromEntries(env) };
}

function expand(word: string, input: Input, zone = 'UTC'): string | null {
  let isKnown = true;
  const expanded = word.replace(/\{(\w+) ?([\d.]*) ?([\d.]*)\}/g, (_, what: string, from: string, to: string) => {
    const value = placeOf({ what, from: Number(from), to: Number(to), zone }, input);
    if (value === null) isKnown = false;
    return value ?? '';
  });
  return isKnown ? expanded : null;
}

interface Place {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

function placeOf({ what, from, to, zone }: Place, { events, gtids, database }: Input): string | null {
  const event = pick(events, from);
  switch (what) {
    case 'database':
      return database;
    case 'at':
      return event && String(event.start);
    case 'inside':
      return event && String(event.start + 5);
    case 'count':
      return String(Math.round(from * events.length));
    case 'time':
      return event && localTime(event.timestamp, zone);
    case 'after':
      return event && localTime(event.timestamp + 1, zone);
    case 'gtid':
      return pick(gtids, from);
    case 'gtids':
      return gtids.length === 0 ? null : gtids.slice(index(gtids, from), index(gtids, to) + 1).join(',');
    default:
      throw new Error(`a combination speaks of {${what}}`);
  }
}

const pick = <T>(items: readonly T[], fraction: number): T | null => items[index(items, fraction)] ?? null;
const index = (items: readonly unknown[], fraction: number): number =>
  Math.min(items.length - 1, Math.floor(fraction * items.length));

function localTime(seconds: number, timeZone: string): string {
  return new Date(seconds * 1000).toLocaleString('sv-SE', { timeZone });
}
