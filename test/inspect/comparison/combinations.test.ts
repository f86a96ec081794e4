/** The options by which inspect is compared with the real tools. */
import { describe, expect, test } from 'vitest';
import { MARIADB_COMBINATIONS, MYSQL_COMBINATIONS } from './combinations.js';

describe.each([
  ['mysqlbinlog', MYSQL_COMBINATIONS],
  ['mariadb-binlog', MARIADB_COMBINATIONS],
])('the combinations for %s', (_, combinations) => {
  test('are at least 60', () => {
    expect(new Set(combinations).size).toBeGreaterThanOrEqual(60);
  });

  test('hold every option at least three times', () => {
    const counts = new Map<string, number>();
    for (const option of combinations.flatMap(optionsOf)) counts.set(option, (counts.get(option) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count < 3)).toEqual([]);
    expect(counts.size).toBeGreaterThan(25);
  });
});

/** By their long names; the last row abbreviates some on purpose. */
function optionsOf(combination: string): string[] {
  return combination.split(' ').flatMap((word) => {
    const long = /^--(?:skip-)?([a-z0-9-]+)/.exec(word)?.[1];
    if (long !== undefined) return ABBREVIATED[long] ?? long;
    const short = /^-([a-zA-Z])/.exec(word)?.[1];
    return short === undefined ? [] : (SHORT[short] ?? short);
  });
}

const ABBREVIATED: Readonly<Record<string, string>> = {
  verb: 'verbose',
  short: 'short-form',
  'start-pos': 'start-position',
  gtids: 'skip-gtids',
};
const SHORT: Readonly<Record<string, string>> = {
  v: 'verbose',
  H: 'hexdump',
  s: 'short-form',
  j: 'start-position',
  o: 'offset',
  d: 'database',
  D: 'disable-log-bin',
  i: 'idempotent',
  c: 'verify-binlog-checksum',
  f: 'force-read',
  F: 'force-if-open',
  l: 'local-load',
  r: 'result-file',
  T: 'table',
};
