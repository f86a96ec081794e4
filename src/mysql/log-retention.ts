const SIZE_LIMITS = ['max_binlog_total_size', 'binlog_space_limit'];

/** What the functions below look at, by names in lower case. */
export const RETENTION_VARIABLES: readonly string[] = [
  'binlog_expire_logs_auto_purge',
  'binlog_expire_logs_seconds',
  'expire_logs_days',
  ...SIZE_LIMITS,
];

/** How many bytes a server keeps that counts them (MariaDB since 11.4, Percona Server); null: it does not. */
export function bytesMaxOf(variables: ReadonlyMap<string, string>): number | null {
  return Math.max(...SIZE_LIMITS.map((name) => Number(variables.get(name) ?? 0))) || null;
}

/** How long a file is kept from when it was closed; null: for ever. */
export function expireSecondsOf(variables: ReadonlyMap<string, string>): number | null {
  if (variables.get('binlog_expire_logs_auto_purge') === 'OFF') return null;
  const seconds = Number(variables.get('binlog_expire_logs_seconds') ?? 0);
  return seconds || Number(variables.get('expire_logs_days') ?? 0) * 86_400 || null;
}
