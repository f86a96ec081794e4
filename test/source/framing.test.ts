import { describe, expect, it } from 'vitest';
import { DumpFraming } from '../../src/source/framing.js';
import fc from '../properties.js';

const PACKET_BYTES_MAX = 0xffffff;

/** What a framing handed on, as plain data. */
interface Frames {
  events: Buffer[];
  end: string | null;
}

function frame(chunks: Iterable<Buffer>, eventBytesMax = 2 ** 30): Frames {
  const frames: Frames = { events: [], end: null };
  const framing = new DumpFraming(
    {
      event: (bytes, from, to) => frames.events.push(bytes.subarray(from, to)),
      end: () => {
        frames.end = 'end';
      },
      error: (code, message) => {
        frames.end = `${code} ${message}`;
      },
    },
    { eventBytesMax },
  );
  for (const chunk of chunks) framing.execute(chunk);
  return frames;
}

/** An event as far as the framing looks at it: its length at byte 9. */
function event(length: number, fill = 7): Buffer {
  const bytes = Buffer.alloc(length, fill);
  bytes.writeUInt32LE(length, 9);
  return bytes;
}

/** The server's side: a message in as many packets as it needs. */
function packets(message: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, sequence = 1; ; at += PACKET_BYTES_MAX, sequence++) {
    const payload = message.subarray(at, at + PACKET_BYTES_MAX);
    const header = Buffer.alloc(4);
    header.writeUIntLE(payload.length, 0, 3);
    header[3] = sequence & 0xff;
    parts.push(header, payload);
    if (payload.length < PACKET_BYTES_MAX) return Buffer.concat(parts);
  }
}

const eventMessage = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0]), bytes]);
const wire = (events: readonly Buffer[]): Buffer => Buffer.concat(events.map((each) => packets(eventMessage(each))));

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

/** The same, where each chunk lies right behind the one before it. */
function* cutInPlace(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length]!) {
    yield bytes.subarray(at, at + sizes[i % sizes.length]!);
  }
}

describe('DumpFraming', () => {
  it('hands on the same events however the bytes are cut', () => {
    const anyEvent = fc
      .tuple(fc.integer({ min: 19, max: 300 }), fc.nat(255))
      .map(([length, fill]) => event(length, fill));
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        (events, sizes) => {
          expect(frame(cut(wire(events), sizes)).events).toEqual(events);
          expect(frame(cutInPlace(wire(events), sizes)).events).toEqual(events);
        },
      ),
    );
  });

  it('takes one byte at a time', () => {
    const events = [event(19), event(200, 1), event(20, 2)];
    expect(frame(cut(wire(events), [1])).events).toEqual(events);
  });

  it('does not copy what lies in one chunk', () => {
    const chunk = wire([event(50), event(60)]);
    const { events } = frame([chunk]);
    expect(events.map(({ buffer }) => buffer)).toEqual([chunk.buffer, chunk.buffer]);
  });

  it('does not copy what lies in chunks that lie one behind the other', () => {
    const bytes = Buffer.allocUnsafeSlow(300);
    const length = wire([event(50), event(60), event(70)]).copy(bytes);
    const { events } = frame(cutInPlace(bytes.subarray(0, length), [3, 21, 40]));
    expect(events.map((each) => each.buffer === bytes.buffer)).toEqual([true, true, true]);
  });

  it('does not take chunks for neighbours that lie in different memory', () => {
    const bytes = wire([event(50), event(60)]);
    const [first, second] = [Buffer.allocUnsafeSlow(200), Buffer.allocUnsafeSlow(200)];
    bytes.copy(first, 0, 0, 70);
    bytes.copy(second, 70, 70);
    const { events } = frame([first.subarray(0, 70), second.subarray(70, bytes.length)]);
    expect(events).toEqual([event(50), event(60)]);
  });

  it.each([-1, 0, 1, 100])('puts an event together that fills packets to 2^24 - 1 with %i bytes more', (more) => {
    for (const full of [1, 2]) {
      const large = event(full * PACKET_BYTES_MAX - 1 + more, 9);
      for (const [cutter, size] of [
        [cut, 64 * 1024],
        [cut, 5_000_001],
        [cut, 2 ** 26],
        [cutInPlace, 64 * 1024],
      ] as const) {
        const { events } = frame(cutter(wire([event(30), large, event(31)]), [size]));
        expect(events.map(({ length }) => length)).toEqual([30, large.length, 31]);
        expect(events[1]!.equals(large)).toBe(true);
      }
    }
  });

  it('says that the log ended, and why', () => {
    const error = Buffer.concat([Buffer.from([255, 0xd4, 0x04]), Buffer.from('#HY000purged')]);
    for (const sizes of [[1], [1000]]) {
      expect(frame(cut(packets(Buffer.from([254, 0, 0, 2, 0])), sizes)).end).toBe('end');
      expect(frame(cut(packets(error), sizes)).end).toBe('1236 purged');
    }
  });

  it('reserves memory for a length that is a lie, and uses none', () => {
    const liar = event(PACKET_BYTES_MAX);
    liar.writeUInt32LE(2 ** 30 - 1, 9);
    const before = process.memoryUsage.rss();
    expect(frame([packets(eventMessage(liar)).subarray(0, 1000)]).events).toEqual([]);
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 2 ** 20);
  });

  it('refuses a cut packet that is not as long as its event, before it takes what follows for the rest', () => {
    for (const length of [49, 51]) {
      const liar = event(50);
      liar.writeUInt32LE(length, 9);
      expect(() => frame(cut(packets(eventMessage(liar)), [20]))).toThrow(
        `an event of ${length} bytes in a packet of 51`,
      );
    }
  });

  it('refuses what is not a dump', () => {
    const header = (length: number, ...payload: number[]): Buffer =>
      Buffer.from([length & 255, (length >> 8) & 255, length >> 16, 1, ...payload]);
    expect(() => frame([header(3, 7, 0, 0)])).toThrow('a message of 3 bytes begins with 7');
    expect(() => frame([header(0)])).toThrow('an empty message');
    expect(() => frame([header(2, 255, 1)])).toThrow('begins with 255');
    const large = event(PACKET_BYTES_MAX + 10);
    large.writeUInt32LE(2 ** 31, 9);
    expect(() => frame([wire([large])])).toThrow('where at most 1073741824 are read');
    large.writeUInt32LE(100, 9);
    expect(() => frame([wire([large])])).toThrow('an event of 100 bytes in a packet of 16777215');
    large.writeUInt32LE(PACKET_BYTES_MAX + 5, 9);
    expect(() => frame([wire([large])])).toThrow('continues past its end');
    large.writeUInt32LE(PACKET_BYTES_MAX + 50, 9);
    expect(() => frame([wire([large])])).toThrow('an event of 16777265 bytes ends after 16777225');
    expect(() => frame([wire([event(500)])], 499)).toThrow('an event of 500 bytes, where at most 499 are read');
  });
});
