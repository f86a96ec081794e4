import { InvalidArgumentError } from 'commander';
import { RowtideError } from '../../core/errors.js';
import { GtidSet } from '../../core/gtid.js';

const BASE64_OUTPUTS = ['never', 'auto', 'unspec', 'decode-rows'];

/** A name of a list, in any case, or what no other name of it begins with. */
function oneOf(names: readonly string[], text: string): string {
  const wanted = text.toLowerCase();
  const exact = names.find((name) => name.toLowerCase() === wanted);
  const found = exact === undefined ? names.filter((name) => name.toLowerCase().startsWith(wanted)) : [exact];
  if (found.length === 1) return found[0]!;
  throw new InvalidArgumentError(`It is one of ${names.join(', ')}.`);
}

export function base64Output(text: string): string {
  const mode = oneOf(BASE64_OUTPUTS, text);
  return mode === 'unspec' ? 'auto' : mode;
}

export function remoteSource(text: string): string {
  return oneOf(['BINLOG-DUMP-NON-GTIDS', 'BINLOG-DUMP-GTIDS'], text);
}

export function protocol(text: string): string {
  return oneOf(['tcp', 'socket', 'pipe', 'memory'], text);
}

export function sslMode(text: string): string {
  return oneOf(['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'], text.replaceAll('-', '_'));
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** The programs end with a status of its own where they read a number and find none. */
function noNumber(): InvalidArgumentError {
  return Object.assign(new InvalidArgumentError('It is a whole number.'), { exitCode: 9 });
}

/** A number as the options of MySQL's programs take it: `4`, `1k`, `2M`. */
export function number(text: string): number {
  const [, sign = '', digits, unit = ''] = /^\s*([-+]?)(\d+)([kmgt]?)$/i.exec(text) ?? [];
  if (digits === undefined) throw noNumber();
  // As MySQL's programs do: what is too small is taken for the least.
  return sign === '-' ? 0 : Number(digits) * UNITS[unit.toLowerCase()]!;
}

export function gtidSet(text: string): GtidSet {
  try {
    return GtidSet.parse(text.split(',').map(plainGtids).join(','));
  } catch (error) {
    if (!(error instanceof RowtideError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** GTIDs of one server as MySQL takes them: a UUID without dashes, and what is empty. */
function plainGtids(text: string): string {
  const [uuid = '', ...items] = text.split(':').map((item) => item.replaceAll(/\s+/g, ''));
  const intervals = items.filter((item) => !isEmptyInterval(item));
  const isEmpty = intervals.every((item) => /^[a-z_]/i.test(item));
  const dashed = uuid.replace(
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i,
    '$1-$2-$3-$4-$5',
  );
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(dashed);
  return isUuid && isEmpty ? '' : [dashed, ...intervals].join(':');
}

function isEmptyInterval(item: string): boolean {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(item) ?? [];
  return first !== undefined && BigInt(last!) < BigInt(first) && BigInt(first) > 0n;
}

const DATETIME =
  /^\s*(\d{4}|\d{2})[^\d](\d{1,2})[^\d](\d{1,2})(?:T|\s+|[^\w\s])(\d{1,2})(?:[^\d](\d{1,2})(?:[^\d](\d{1,2})(?:\.\d*)?)?)?\s*$/;
const COMPACT = /^\s*(\d{4}|\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\s*$/;

/** Local time in a form that MySQL takes for a DATETIME, as seconds since the epoch. */
export function datetime(text: string): number {
  const match = DATETIME.exec(text) ?? COMPACT.exec(text);
  const [year = Number.NaN, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (match ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  const isValid = month <= 12 && day <= 31 && hour < 24 && minute < 60 && second < 60;
  if (!isValid || Number.isNaN(year)) {
    throw new InvalidArgumentError("It is a date and a time like '2026-11-20 10:15:00', in the local time zone.");
  }
  const fullYear = match![1]!.length === 4 ? year : year + (year < 70 ? 2000 : 1900);
  const seconds = Math.floor(new Date(fullYear, month - 1, day, hour, minute, second).getTime() / 1000);
  return seconds > SECONDS_MAX ? 0 : seconds;
}

/** 3001-01-18 23:59:59 UTC: a later time is taken for none. */
const SECONDS_MAX = 32_536_771_199;

/** `old->new`, collected by old name; the first rule for a name counts. */
export function rewriteDb(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const arrow = text.indexOf('->');
  const [from, to] = [text.slice(0, Math.max(arrow, 0)).trimEnd(), text.slice(arrow + 2).trimStart()];
  if (arrow < 0 || from === '' || to === '')
    throw new InvalidArgumentError("It is 'old->new', the names of two schemas.");
  return before.has(from) ? before : new Map([...before, [from, to]]);
}

export function numbers(text: string): number[] {
  if (!/^\d+(,\d+)*$/.test(text)) throw new InvalidArgumentError('It is whole numbers with commas between them.');
  return text.split(',').map(Number);
}
