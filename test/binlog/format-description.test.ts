/** What the first event of a log file says about all others, from MySQL 4.0 on. */
import { describe, expect, it } from 'vitest';
import { decodeFormat, formatChecksumBytes } from '../../src/binlog/format-description.js';
import { decodeQuery } from '../../src/binlog/query.js';
import { decodeRowsExtra } from '../../src/binlog/rows-extra.js';
import * as type from '../../src/binlog/types.js';
import type { RawEvent } from '../../src/core/event.js';
import { EventChain } from '../../src/source/events.js';
import { event, formatDescription, MAGIC } from '../source/log-bytes.js';

const ROWS_EVENTS = { v1: type.WRITE_ROWS_EVENT_V1, v2: type.WRITE_ROWS_EVENT };

/** A format of that version whose lengths are patched. */
function format(version: string, patch: { headerBytes?: number; lengths?: Record<number, number> } = {}): Buffer {
  const bytes = formatDescription({ version, checksum: 0 }).subarray(0, -4);
  bytes[19 + 56] = patch.headerBytes ?? 19;
  for (const [code, length] of Object.entries(patch.lengths ?? {})) bytes[19 + 56 + Number(code)] = length;
  // Before there were checksums there were fewer types.
  return formatChecksumBytes(bytes) === 0 ? bytes.subarray(0, 19 + 57 + 32) : bytes;
}

function startV3(version: number, shorterBy = 0): Buffer {
  const body = Buffer.alloc(56 - shorterBy);
  body.writeUInt16LE(version);
  body.write('4.1.22-log', 2);
  body.writeUInt32LE(1_100_000_000, body.length - 4);
  return event({ type: type.START_EVENT_V3, body }).subarray(0, -4);
}

/** What a chain hands on of a file: its format event, then others, all without checksums. */
function read(first: Buffer, ...others: Buffer[]): RawEvent[] {
  const events: RawEvent[] = [];
  const chain = new EventChain({
    prefix: '',
    origin: 'file',
    skipsExecuted: false,
    handler: (each) => events.push(each),
  });
  chain.open('a.000001', MAGIC.length);
  for (const bytes of [first, ...others]) {
    bytes.writeUInt32LE(bytes.length, 9);
    chain.add(bytes, 0, bytes.length);
  }
  return events;
}

const bare = (code: number, body: Buffer, end = 0): Buffer => event({ type: code, body, end }).subarray(0, -4);

describe('a format', () => {
  it('stays what it is when the memory that it was read from is used again', () => {
    const bytes = format('9.7.0');
    const made = decodeFormat(bytes);
    const before = made.postHeaderBytes(type.QUERY_EVENT);
    bytes.fill(0xff);
    expect(made.postHeaderBytes(type.QUERY_EVENT)).toBe(before);
  });

  it('of MySQL 4.0 and 4.1 has no lengths, and its statements no status', () => {
    const made = decodeFormat(startV3(3));
    expect(made).toMatchObject({ binlogVersion: 3, serverVersion: '4.1.22-log', createdAt: 1_100_000_000 });
    expect(made.checksum).toBe('none');
    expect(made.postHeaderBytes(type.QUERY_EVENT)).toBe(11);
    expect(() => made.postHeaderBytes(type.TABLE_MAP_EVENT)).toThrow('TABLE_MAP_EVENT, which binlog version 3');
    const query = Buffer.concat([Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0]), Buffer.from('shop\0drop table t')]);
    const raw = read(startV3(3), bare(type.QUERY_EVENT, query))[1]!;
    expect(decodeQuery(raw, made)).toMatchObject({ threadId: 7, schema: 'shop', sql: 'drop table t' });
  });

  it('of MySQL 4.0 and 4.1 has events that say where they begin', () => {
    const start = MAGIC.length + startV3(3).length;
    const rotate = (at: number): Buffer => bare(type.STOP_EVENT, Buffer.alloc(0), at);
    expect(read(startV3(3), rotate(start))).toHaveLength(2);
    expect(() => read(startV3(3), rotate(start + 19))).toThrow(expect.objectContaining({ code: 'LOG_GAP' }));
  });

  it('of MySQL 3.23 stops by name', () => {
    expect(() => decodeFormat(startV3(1, 6))).toThrow('binlog version 1, as MySQL 3.23 wrote it, is not read');
    expect(() => decodeFormat(startV3(2))).toThrow('binlog version 2 in START_EVENT_V3');
  });

  it('does not lose its checksum by one flipped bit of its version', () => {
    const damaged = formatDescription({ version: '5.6.51' });
    damaged[19 + 2 + 2] = '4'.charCodeAt(0);
    expect(() => decodeFormat(damaged)).toThrow('server version 5.4.51 with 46 event types, of which it knew fewer');
  });

  it('has a checksum since MySQL 5.6.1 and MariaDB 5.3', () => {
    const checksums = (version: string): number => formatChecksumBytes(format(version));
    for (const version of [
      '5.6.1',
      '5.6.51-log',
      '8.0.15',
      '26.10.0',
      '5.3.0-MariaDB',
      '5.5.68-MariaDB',
      '10.0.38-MariaDB',
    ])
      expect(checksums(version), version).toBe(4);
    for (const version of ['5.0.96', '5.5.62-log', '5.6.0', '5.2.14-MariaDB'])
      expect(checksums(version), version).toBe(0);
    expect(() => checksums('mine')).toThrow('server version "mine"');
  });

  it('may make headers longer, but not its own, and not shorter', () => {
    const body = Buffer.from('12345678');
    const long = bare(type.XID_EVENT, Buffer.concat([Buffer.from('more'), body]));
    const [first, second] = read(format('5.5.62', { headerBytes: 23 }), long);
    expect(decodeFormat(first!.bytes).headerBytes).toBe(23);
    expect(second!.bytes.subarray(19)).toEqual(body);
    expect(second!.end - second!.start).toBe(19 + 4 + 8);
    expect(() => read(format('5.5.62', { headerBytes: 40 }), long)).toThrow(
      'an event of 31 bytes, where headers have 40',
    );
    expect(() => decodeFormat(format('5.5.62', { headerBytes: 13 }))).toThrow('event headers of 13 bytes');
  });

  it.each([
    ['4 bytes of table id', { code: ROWS_EVENTS.v1, length: 6, head: '01000000 0000' }],
    ['6 bytes of table id', { code: ROWS_EVENTS.v1, length: 8, head: '010000000000 0000' }],
    ['a place for extra information', { code: ROWS_EVENTS.v2, length: 10, head: '010000000000 0000 0200' }],
    ['what nobody knows yet', { code: ROWS_EVENTS.v2, length: 12, head: '010000000000 0000 0200 ffff' }],
  ])('gives row events a fixed part with %s', (_, { code, length, head }) => {
    const made = decodeFormat(format('5.5.62', { lengths: { [code]: length } }));
    const raw = read(format('5.5.62'), bare(code, Buffer.from(head.replaceAll(' ', ''), 'hex')))[1]!;
    expect(decodeRowsExtra(raw, made)).toEqual({ ndb: null, partition: null, sourcePartition: null });
  });
});

describe('extra information of row events', () => {
  const made = decodeFormat(format('8.0.15', { lengths: { 30: 10, 31: 10 } }));
  const extra = (code: number, hex: string): Buffer => {
    const bytes = Buffer.from(hex, 'hex');
    return bare(code, Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, bytes.length + 2, 0]), bytes]));
  };
  const decode = (code: number, hex: string): object =>
    decodeRowsExtra(read(format('5.5.62'), extra(code, hex))[1]!, made);

  it('names the partition of the rows, and of an UPDATE both', () => {
    expect(decode(type.WRITE_ROWS_EVENT, '010300')).toEqual({ ndb: null, partition: 3, sourcePartition: null });
    expect(decode(type.UPDATE_ROWS_EVENT, '0103000200')).toEqual({ ndb: null, partition: 3, sourcePartition: 2 });
  });

  it('hands on what NDB Cluster says', () => {
    const ndb = Buffer.from('00aabb', 'hex');
    expect(decode(type.WRITE_ROWS_EVENT, '000400aabb')).toEqual({ ndb, partition: null, sourcePartition: null });
  });

  it('stops at a type that is not known, and at an end inside', () => {
    expect(() => decode(type.WRITE_ROWS_EVENT, '07')).toThrow('extra information of the type 7');
    expect(() => decode(type.UPDATE_ROWS_EVENT, '010300')).toThrow(
      expect.objectContaining({ code: 'EVENT_MALFORMED' }),
    );
  });
});
