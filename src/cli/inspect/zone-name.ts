import { readFileSync } from 'node:fs';

const FOLDER = '/usr/share/zoneinfo';

/** Abbreviation of the local time zone at a time, in seconds since the epoch, as C has it: `CET`, `CEST`, `UTC`. */
export function localZoneName(env: Readonly<Record<string, string | undefined>>): (seconds: number) => string {
  const zone = env.TZ?.replace(/^:/, '');
  if (zone === '') return () => 'UTC';
  try {
    return zoneNames(readFileSync(zone === undefined ? '/etc/localtime' : `${FOLDER}/${zone}`));
  } catch {
    // No zones are installed here: what the engine knows, which calls some of them GMT+1.
    return intlName;
  }
}

const intlFormat = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' });

function intlName(seconds: number): string {
  return intlFormat.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

const HEADER_BYTES = 44;
const COUNTS_AT = 20;

/**
 * A file of the zone database (RFC 9636), its part with 64 bit times behind the one with 32.
 *
 *   magic, counts; times i64 × n, type of each u8 × n, types (offset i32, is summer u8, name u8) × m, names;
 *   newline, the rule for times behind the last one, newline
 */
function zoneNames(bytes: Buffer): (seconds: number) => string {
  const old = countsAt(bytes, 0);
  const begin =
    HEADER_BYTES + old.times * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.standards + old.universals;
  const counts = countsAt(bytes, begin);
  const timesAt = begin + HEADER_BYTES;
  const indexesAt = timesAt + counts.times * 8;
  const typesAt = indexesAt + counts.times;
  const namesAt = typesAt + counts.types * 6;
  const rule = bytes.toString('latin1', bytes.lastIndexOf(0x0a, bytes.length - 2) + 1, bytes.length - 1);
  const nameOf = (type: number): string => {
    const at = namesAt + bytes[typesAt + type * 6 + 5]!;
    return bytes.toString('latin1', at, bytes.indexOf(0, at));
  };
  return (seconds) => {
    let before = -1;
    while (before + 1 < counts.times && bytes.readBigInt64BE(timesAt + (before + 1) * 8) <= seconds) before++;
    if (before === counts.times - 1 && rule !== '') return ruleName(rule, seconds);
    return nameOf(before < 0 ? 0 : bytes[indexesAt + before]!);
  };
}

function countsAt(
  bytes: Buffer,
  at: number,
): Record<'universals' | 'standards' | 'leaps' | 'times' | 'types' | 'characters', number> {
  const count = (i: number): number => bytes.readUInt32BE(at + COUNTS_AT + i * 4);
  return {
    universals: count(0),
    standards: count(1),
    leaps: count(2),
    times: count(3),
    types: count(4),
    characters: count(5),
  };
}

const RULE = /^(<[^>]+>|[A-Za-z]+)([-+]?\d+)(?::(\d+))?(?::\d+)?(<[^>]+>|[A-Za-z]+)?/;

/** `CET-1CEST,M3.5.0,M10.5.0/3`: which of the two it is, the offset says that the engine knows. */
function ruleName(rule: string, seconds: number): string {
  const [, standard = 'UTC', hours = '0', minutes = '0', summer] = RULE.exec(rule) ?? [];
  const offset = Number(hours) * 60 + (hours.startsWith('-') ? -1 : 1) * Number(minutes);
  const isStandard = summer === undefined || new Date(seconds * 1000).getTimezoneOffset() === offset;
  return (isStandard ? standard : summer).replace(/[<>]/g, '');
}
