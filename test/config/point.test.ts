import { describe, expect, test } from 'vitest';
import { parsePoint } from '../../src/config/point.js';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

function timeOf(text: string): string {
  const point = parsePoint(text);
  if (point.kind !== 'time') throw new Error(`${text} is a ${point.kind}`);
  return `${new Date(Math.floor(point.timeUs / 1000)).toISOString()} + ${point.timeUs % 1000} us`;
}

describe('a place in a binlog', () => {
  test('is the beginning or now', () => {
    expect(parsePoint('beginning')).toEqual({ kind: 'beginning' });
    expect(parsePoint('now')).toEqual({ kind: 'now' });
  });

  test('is a GTID set', () => {
    const point = parsePoint(`${UUID}:1-5:7`);
    expect(point.kind === 'gtid' && point.executed.toString()).toBe(`${UUID}:1-5:7`);
  });

  test('is the GTIDs of a MariaDB, unless it could be a date', () => {
    const point = parsePoint('0-1-100, 7-2-5');
    expect(point.kind === 'mariadb-gtid' && point.executed.toString()).toBe('0-1-100,7-2-5');
    expect(parsePoint('2026-11-20').kind).toBe('time');
    expect(parsePoint('2026-11-20,').kind).toBe('mariadb-gtid');
  });

  test('is a file and a position', () => {
    expect(parsePoint('binlog.000003:154')).toEqual({ kind: 'file', file: 'binlog.000003', offset: 154 });
    expect(parsePoint('/var/lib/a:b.000003:5000000000')).toEqual({
      kind: 'file',
      file: '/var/lib/a:b.000003',
      offset: 5_000_000_000,
    });
  });

  test('is a time in a zone', () => {
    expect(timeOf('2026-11-20 10:15:30.123456Z')).toBe('2026-11-20T10:15:30.123Z + 456 us');
    expect(timeOf('2026-11-20T10:15+01:00')).toBe('2026-11-20T09:15:00.000Z + 0 us');
    expect(timeOf('2026-11-20 10:15:30 -0545')).toBe('2026-11-20T16:00:30.000Z + 0 us');
  });

  test('is a local time when no zone is named', () => {
    const local = new Date(2026, 10, 20, 10, 15).getTime();
    expect(parsePoint('2026-11-20 10:15')).toEqual({ kind: 'time', timeUs: local * 1000 });
    expect(parsePoint('2026-11-20')).toEqual({ kind: 'time', timeUs: new Date(2026, 10, 20).getTime() * 1000 });
  });

  test.each(['', 'yesterday', '2026-02-30', '2026-11-20 25:00', 'binlog.000003', 'binlog.000003:2', ':44'])(
    'is not %j',
    (text) => {
      expect(() => parsePoint(text)).toThrow('not a place in a binlog');
    },
  );
});
