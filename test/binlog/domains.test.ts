import { describe, expect, it } from 'vitest';
import { Domains } from '../../src/binlog/domains.js';
import { formatMariaGtid, MariaGtids, parseMariaGtid } from '../../src/core/maria-gtid.js';

/** The GTIDs of a log that a reader gets to see, if it goes on behind `wanted`. */
function delivered(
  log: string,
  wanted: string,
  { readFrom = null, listed }: { readFrom?: string | null; listed?: string } = {},
): string {
  const domains = new Domains(MariaGtids.parse(wanted), readFrom === null ? null : MariaGtids.parse(readFrom));
  if (listed !== undefined) domains.list(listed.split(',').filter(Boolean).map(parseMariaGtid));
  const gtids = log.split(' ').map(parseMariaGtid);
  return gtids
    .filter((gtid) => !domains.pass(gtid))
    .map(formatMariaGtid)
    .join(' ');
}

describe('what of a MariaDB log lies behind a position', () => {
  it('is everything behind the GTID of each domain, in files', () => {
    expect(delivered('0-1-1 0-1-2 1-1-1 0-1-3', '0-1-2', { listed: '' })).toBe('1-1-1 0-1-3');
    expect(delivered('0-1-1 0-1-2 1-1-1 0-1-3 1-1-2', '0-1-3,1-1-1', { listed: '' })).toBe('1-1-2');
    expect(delivered('0-1-6 0-1-7', '0-1-5', { listed: '0-1-5' })).toBe('0-1-6 0-1-7');
  });

  it('is told by the very GTID, since servers that share a domain may number it out of order', () => {
    expect(delivered('0-1-100 0-2-50 0-1-101 0-2-51', '0-2-50', { listed: '' })).toBe('0-1-101 0-2-51');
    expect(delivered('0-2-50 0-1-100 0-2-51', '0-1-100', { listed: '' })).toBe('0-2-51');
  });

  it('is all that a server sends, except what it was asked for again because of a prepared transaction', () => {
    expect(delivered('0-2-50 0-1-101', '0-1-100', { readFrom: '0-1-100' })).toBe('0-2-50 0-1-101');
    expect(delivered('0-1-10 0-1-11 1-1-5 0-1-12', '0-1-11,1-1-4', { readFrom: '0-1-9,1-1-4' })).toBe('1-1-5 0-1-12');
    expect(delivered('0-1-1 0-1-2 0-1-3', '0-1-2', { readFrom: '' })).toBe('0-1-3');
  });

  it('stops where files begin behind the position', () => {
    const purged = expect.objectContaining({ code: 'SOURCE_PURGED' });
    expect(() => delivered('0-1-9', '0-1-5', { listed: '0-1-8' })).toThrow(purged);
    expect(() => delivered('0-1-9', '', { listed: '0-1-8' })).toThrow(purged);
    expect(() => delivered('0-1-9', '0-1-5', { listed: '0-1-5,0-2-8' })).toThrow(purged);
  });

  it('stops where the log does not have the GTID of the position', () => {
    expect(() => delivered('0-1-4 0-1-6', '0-1-5', { listed: '' })).toThrow(
      expect.objectContaining({ code: 'SOURCE_DIVERGED' }),
    );
  });

  it('stops where the numbers of one server go back', () => {
    expect(() => delivered('0-1-5 0-2-6 0-1-5', '', { readFrom: '' })).toThrow(
      expect.objectContaining({ code: 'LOG_GAP', message: expect.stringContaining('0-1-5') }),
    );
  });
});
