import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../../connectors/kafka/frames.js';
import fc from '../../properties.js';

function frame(payload: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
}

describe('frames', () => {
  it('come out whole wherever the stream was cut', () => {
    const payload = fc.uint8Array({ minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 8 }), fc.array(fc.nat(300), { maxLength: 10 }), (payloads, cuts) => {
        const stream = Buffer.concat(payloads.map(frame));
        const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
        const reader = new FrameReader();
        const read = places.slice(1).flatMap((to, i) => reader.push(stream.subarray(places[i], to)));
        expect(read.map((each) => each.toString('hex'))).toEqual(
          payloads.map((each) => Buffer.from(each).toString('hex')),
        );
      }),
    );
  });

  it('of impossible length are not Kafka', () => {
    expect(() => new FrameReader().push(Buffer.from('HTTP/1.1 400 Bad Request'))).toThrow(/not a plain Kafka listener/);
  });

  it('that begin with a TLS alert tell which option is missing', () => {
    const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x50]);
    expect(() => new FrameReader().push(alert)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('ssl') }),
    );
  });
});
