const TABLE = '`?mysql`?\\s*\\.\\s*`?rds_\\w+`?';
const RDS_CHANGE = new RegExp(
  `^\\s*(?:(?:INSERT|REPLACE)\\s+(?:IGNORE\\s+)?INTO\\s+${TABLE}[\\s(]|DELETE\\s+FROM\\s+${TABLE}\\s*(?:WHERE\\b|;|$)|UPDATE\\s+${TABLE}\\s+SET\\b)`,
  'i',
);

/**
 * Row changes that Amazon RDS logs as statements, whatever binlog_format says: heartbeats and notes in tables of its own
 * (`mysql.rds_heartbeat2`, `mysql.rds_sysinfo`, …), which no other server has.
 */
export function isRdsHousekeeping(sql: string): boolean {
  return RDS_CHANGE.test(sql);
}
