import { isAtLeast } from '../../../binlog/server-version.js';

interface Option {
  readonly bit: number;
  readonly name: string;
  /** What it is when the bit is set. */
  readonly onWhenSet: boolean;
  readonly isLogged?: (serverVersion: string) => boolean;
}

const OPTIONS: readonly Option[] = [
  { bit: 1 << 26, name: 'foreign_key_checks', onWhenSet: false },
  { bit: 1 << 14, name: 'sql_auto_is_null', onWhenSet: true },
  { bit: 1 << 27, name: 'unique_checks', onWhenSet: false },
  { bit: 1 << 19, name: 'autocommit', onWhenSet: false },
  { bit: 1 << 15, name: 'check_constraint_checks', onWhenSet: false },
  { bit: 1 << 28, name: 'sql_if_exists', onWhenSet: true, isLogged: (version) => since(version, [10, 5, 2]) },
  { bit: 1 << 24, name: 'explicit_defaults_for_timestamp', onWhenSet: true, isLogged: saysExplicitDefaults },
  { bit: 1 << 30, name: 'system_versioning_insert_history', onWhenSet: true },
];

/** Of the first statement all that its server logs, then those that changed. */
export function flagsText(flags: number, before: number | null, serverVersion: string): string {
  const changed = before === null ? ~0 : flags ^ before;
  return OPTIONS.filter(({ bit, isLogged }) => (changed & bit) !== 0 && (isLogged?.(serverVersion) ?? true))
    .map(({ bit, name, onWhenSet }) => `@@session.${name}=${((flags & bit) !== 0) === onWhenSet ? 1 : 0}`)
    .join(', ');
}

/** The patches of 10.4 to 10.10 that brought it. */
const EXPLICIT_DEFAULTS_SINCE = [99, 99, 99, 99, 99, 17, 9, 5, 4, 2, 1];

function saysExplicitDefaults(version: string): boolean {
  const [, major, minor] = /^(?:5\.5\.5-)?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) !== 10) return since(version, [10, 5, 2]);
  const patch = EXPLICIT_DEFAULTS_SINCE[Number(minor)] ?? 0;
  return since(version, [10, Number(minor), patch]);
}

function since(version: string, least: readonly [number, number, number]): boolean {
  return /mariadb/i.test(version) && isAtLeast(version, [...least]) === true;
}
