import { isSince, type Server } from '../mysql/doctor.js';
import type { Fix } from './finding.js';

/** Sets global variables as this server keeps them over a restart: by SET PERSIST, or by its option file as well. */
export function setting(
  server: Server,
  ...values: readonly (readonly [name: string, value: string | number])[]
): Partial<Fix> {
  const persists = isSince(server, 'mysql', [8, 0, 0]);
  const last = new Map(values);
  return {
    sql: values.map(([name, value]) => `SET ${persists ? 'PERSIST' : 'GLOBAL'} ${name} = ${value}`),
    options: persists ? [] : [...last].map(([name, value]) => `${OPTIONS[name] ?? name} = ${unquoted(value)}`),
  };
}

/** Options that are not called like the variables that they set. */
const OPTIONS: Readonly<Record<string, string>> = { time_zone: 'default_time_zone' };

function unquoted(value: string | number): string {
  return String(value).replaceAll("'", '');
}

export function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A duration to a person. */
export function span(seconds: number): string {
  const [unit, name] = UNITS.find(([each]) => seconds >= 2 * each) ?? [1, 'seconds'];
  return `${Math.floor(seconds / unit)} ${name}`;
}

const UNITS = [
  [86_400, 'days'],
  [3600, 'hours'],
  [60, 'minutes'],
] as const;

/** A number of bytes to a person. */
export function size(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), BYTE_UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
}

const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
