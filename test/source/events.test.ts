import { describe, expect, it } from 'vitest';
import { FORMAT_DESCRIPTION_EVENT, ROTATE_EVENT, XID_EVENT } from '../../src/binlog/types.js';
import type { RawEvent } from '../../src/core/event.js';
import { EventChain } from '../../src/source/events.js';
import { event, FORMAT_END, formatDescription, heartbeat, rotate, withChecksum, withoutChecksum } from './log-bytes.js';

interface Logged {
  file: string;
  type: number;
  start: number;
  end: number;
}

/** A chain that is fed as a server would, and what it handed on. */
function chain(options: { skipsExecuted?: boolean } = {}): {
  add: (...events: Buffer[]) => void;
  logged: Logged[];
  raw: RawEvent[];
} {
  const logged: Logged[] = [];
  const raw: RawEvent[] = [];
  const made = new EventChain({
    prefix: 'db1:3306 ',
    origin: 'server',
    skipsExecuted: options.skipsExecuted ?? false,
    handler: (each, file) => {
      raw.push(each);
      logged.push({ file, type: each.type, start: each.start, end: each.end });
    },
  });
  return {
    logged,
    raw,
    add: (...events) => {
      for (const bytes of events) {
        // In the middle of a larger buffer, as they come from the socket.
        const chunk = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(5)]);
        made.add(chunk, 3, 3 + bytes.length);
      }
    },
  };
}

const xid = (end: number): Buffer => event({ type: XID_EVENT, body: Buffer.alloc(8), end });
const XID_BYTES = xid(0).length;

describe('EventChain', () => {
  it('follows a server from file to file, and keeps the artificial ROTATE and heartbeats to itself', () => {
    const { add, logged } = chain();
    const rotateEnd = FORMAT_END + XID_BYTES + rotate('binlog.000008').length;
    add(rotate('binlog.000007'), formatDescription(), xid(FORMAT_END + XID_BYTES));
    add(heartbeat('binlog.000007', FORMAT_END + XID_BYTES));
    add(rotate('binlog.000008', { artificial: false, end: rotateEnd }), rotate('binlog.000008'), formatDescription());
    expect(logged).toEqual([
      { file: 'binlog.000007', type: FORMAT_DESCRIPTION_EVENT, start: 4, end: FORMAT_END },
      { file: 'binlog.000007', type: XID_EVENT, start: FORMAT_END, end: FORMAT_END + XID_BYTES },
      { file: 'binlog.000007', type: ROTATE_EVENT, start: FORMAT_END + XID_BYTES, end: rotateEnd },
      { file: 'binlog.000008', type: FORMAT_DESCRIPTION_EVENT, start: 4, end: FORMAT_END },
    ]);
  });

  it('cuts the checksum off', () => {
    const { add, raw } = chain();
    add(rotate('binlog.000001'), formatDescription(), xid(FORMAT_END + XID_BYTES));
    expect(raw[1]!.bytes.length).toBe(XID_BYTES - 4);
    expect(raw[1]!.bytes.equals(xid(FORMAT_END + XID_BYTES).subarray(0, -4))).toBe(true);
  });

  it('reads events without checksums where the format has none', () => {
    const { add, raw } = chain();
    const bare = withoutChecksum(xid(FORMAT_END + XID_BYTES - 4));
    add(withoutChecksum(rotate('binlog.000001')), formatDescription({ checksum: 0 }), bare);
    expect(raw[1]!.bytes.equals(bare)).toBe(true);
  });

  it('begins in the middle of a file, whose format does not move the place', () => {
    const { add, logged } = chain();
    add(rotate('binlog.000001', { offset: 5000 }), formatDescription({ end: 0 }), xid(5000 + XID_BYTES));
    expect(logged.map(({ start }) => start)).toEqual([4, 5000]);
  });

  it('counts offsets beyond 4 GiB, where the header begins anew', () => {
    const { add, logged } = chain();
    const start = 2 ** 32 - 10;
    add(rotate('binlog.000001', { offset: start }), formatDescription({ end: 0 }));
    add(xid(start + XID_BYTES), xid(start + 2 * XID_BYTES));
    expect(logged.at(-1)).toMatchObject({ start: start + XID_BYTES, end: start + 2 * XID_BYTES });
  });

  it('lets a server skip what it was told we have, by a heartbeat, also across 4 GiB', () => {
    const { add, logged } = chain({ skipsExecuted: true });
    add(rotate('binlog.000001'), formatDescription(), heartbeat('binlog.000001', 90_000), xid(90_000 + XID_BYTES));
    expect(logged.at(-1)).toMatchObject({ start: 90_000 });
    add(rotate('binlog.000002', { offset: 2 ** 32 - 500 }), formatDescription({ end: 0 }));
    add(heartbeat('binlog.000002', 2 ** 32 + 1000), xid(2 ** 32 + 1000 + XID_BYTES));
    expect(logged.at(-1)).toMatchObject({ start: 2 ** 32 + 1000 });
  });

  it('stops at a gap, and names file, expected and found', () => {
    const { add } = chain();
    add(rotate('binlog.000001'), formatDescription());
    expect(() => add(xid(FORMAT_END + XID_BYTES + 40))).toThrow(
      expect.objectContaining({
        code: 'LOG_GAP',
        message: `db1:3306 binlog.000001:${FORMAT_END}: XID_EVENT begins at ${FORMAT_END + 40}, and ${FORMAT_END} is expected`,
      }),
    );
  });

  it('stops at a heartbeat from elsewhere', () => {
    const begun = (options = {}): ReturnType<typeof chain> => {
      const made = chain(options);
      made.add(rotate('binlog.000001', { offset: 5000 }), formatDescription({ end: 0 }));
      return made;
    };
    expect(() => begun().add(heartbeat('binlog.000001', 5001))).toThrow('a heartbeat of the offset 5001');
    expect(() => begun({ skipsExecuted: true }).add(heartbeat('binlog.000001', 4999))).toThrow(
      'a heartbeat of the offset 4999',
    );
    expect(() => begun().add(heartbeat('binlog.000002', 5000))).toThrow('a heartbeat of the file binlog.000002');
  });

  it('stops at an event before the format of its file', () => {
    const { add } = chain();
    expect(() => add(rotate('binlog.000001'), xid(4 + XID_BYTES))).toThrow('XID_EVENT, where the file');
  });

  it('notices every flipped bit of an event that its header survives', () => {
    for (let at = 13; at < XID_BYTES; at++) {
      const { add } = chain();
      const flipped = xid(FORMAT_END + XID_BYTES);
      flipped[at]! ^= 0x10;
      add(rotate('binlog.000001'), formatDescription());
      expect(() => add(flipped)).toThrow(expect.objectContaining({ code: 'EVENT_CHECKSUM' }));
    }
  });

  it('knows that the format of an open file is flagged after its checksum was made', () => {
    const { add, raw } = chain();
    const open = formatDescription();
    open[17]! |= 1;
    add(rotate('binlog.000001'), open);
    expect(raw[0]!.flags).toBe(1);
    open[40]! ^= 1;
    add(rotate('binlog.000001'));
    expect(() => add(open)).toThrow(expect.objectContaining({ code: 'EVENT_CHECKSUM' }));
  });

  it('refuses events that are no events', () => {
    const { add } = chain();
    add(rotate('binlog.000001'), formatDescription());
    expect(() => add(Buffer.alloc(18))).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
    const tiny = Buffer.alloc(20);
    tiny.writeUInt32LE(20, 9);
    expect(() => add(tiny)).toThrow('an event without a checksum');
    const future = withChecksum(formatDescription().subarray(0, -4).fill(9, 19, 20));
    expect(() => add(future)).toThrow('another FORMAT_DESCRIPTION_EVENT in the middle of a file');
    add(rotate('binlog.000001'));
    expect(() => add(future)).toThrow('binlog version 9');
  });

  it('refuses a ROTATE whose checksum would pass for the end of a file name', () => {
    const { add } = chain();
    const damaged = rotate('binlog.000001');
    damaged[damaged.length - 1]! ^= 1;
    expect(() => add(damaged)).toThrow(expect.objectContaining({ code: 'EVENT_MALFORMED' }));
  });
});
