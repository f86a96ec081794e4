import { describe, expect, it } from 'vitest';
import { describeProducers } from '../../../connectors/kafka/protocol/describe-producers.js';
import { remedy } from '../../../connectors/kafka/protocol/errors.js';
import { metadata } from '../../../connectors/kafka/protocol/metadata.js';
import { produce } from '../../../connectors/kafka/protocol/produce.js';
import { Reader } from '../../../connectors/kafka/protocol/reader.js';
import { Writer } from '../../../connectors/kafka/protocol/writer.js';

describe('reader and writer', () => {
  it('agree on every primitive', () => {
    const writer = new Writer(1)
      .i8(-1)
      .i16(-2)
      .i32(-3)
      .i64(-4n)
      .boolean(true)
      .uuid('0123456789abcdef0123456789abcdef')
      .nullableString(null)
      .nullableString('grüße')
      .compactNullableString(null)
      .compactNullableString('')
      .array([1, 2], (w, n) => w.i16(n))
      .compactArray([300, 3_000_000], (w, n) => w.unsignedVarint(n))
      .noTags();
    const r = new Reader(writer.bytes);
    expect([r.i8(), r.i16(), r.i32(), r.i64(), r.boolean()]).toEqual([-1, -2, -3, -4n, true]);
    expect(r.uuid()).toBe('0123456789abcdef0123456789abcdef');
    expect([r.nullableString(), r.string()]).toEqual([null, 'grüße']);
    expect([r.compactNullableString(), r.compactString()]).toEqual([null, '']);
    expect(r.array(() => r.i16())).toEqual([1, 2]);
    expect(r.compactArray(() => r.unsignedVarint())).toEqual([300, 3_000_000]);
    r.skipTags();
    expect(() => r.i8()).toThrow(/ends at byte/);
  });

  it('steps over fields that a newer broker added', () => {
    const tagged = new Writer().unsignedVarint(2).unsignedVarint(0).unsignedVarint(1).i8(9).unsignedVarint(7);
    const r = new Reader(tagged.unsignedVarint(2).i16(9).i8(5).bytes);
    r.skipTags();
    expect(r.i8()).toBe(5);
  });

  it('refuses lengths beyond the answer without reserving memory for them', () => {
    const huge = new Reader(new Writer().i32(2_000_000_000).bytes);
    expect(() => huge.array(() => huge.i32())).toThrow(/ends at byte 4/);
  });
});

describe('requests', () => {
  it('Metadata never creates topics', () => {
    const writer = new Writer();
    metadata.write(writer, { topics: ['a'] });
    expect(writer.bytes.toString('hex')).toBe(`02${'00'.repeat(16)}0261${'00'}${'000000'}00`);
  });

  it('Produce carries batches as they are, grouped by topic', () => {
    const bytes = Buffer.from('batch');
    const parts = [0, 1].map((partition) => ({ topic: 'a', partition, bytes }));
    const segments = produce.segments?.({ transactionalId: null, timeoutMs: 1, parts }) ?? [];
    expect(Buffer.concat([...segments]).toString('latin1')).toBe(
      '\0\0\0\x01\0\x01a\0\0\0\x02\0\0\0\0\0\0\0\x05batch\0\0\0\x01\0\0\0\x05batch',
    );
    expect(segments.filter((segment) => segment === bytes)).toHaveLength(2);
  });

  it('DescribeProducers reads the one partition that it asked for', () => {
    const answer = new Writer().i32(0).unsignedVarint(2).compactNullableString('a').unsignedVarint(2);
    answer.i32(0).i16(0).compactNullableString(null).unsignedVarint(2);
    answer.i64(7n).i32(3).i32(41).i64(0n).i32(0).i64(-1n).noTags().noTags().noTags().noTags();
    expect(describeProducers.read(new Reader(answer.bytes))).toEqual({
      errorCode: 0,
      producers: [{ id: 7n, epoch: 3, lastSequence: 41 }],
    });
  });
});

describe('error codes', () => {
  it.each([-1, 2, 3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 51, 56, 74, 75])('%i: the same batch again', (code) => {
    expect(remedy(code).kind).toBe('retry');
  });

  it.each([3, 5, 6, 8, 9, 74, 75])('%i: after asking who leads', (code) => {
    expect(remedy(code)).toMatchObject({ metadata: true });
  });

  it.each([-1, 7, 13, 20, 56])('%i: the batch may have been written', (code) => {
    expect(remedy(code)).toMatchObject({ appended: true });
  });

  it.each([47, 48, 90])('%i: another producer has taken over', (code) => {
    expect(remedy(code)).toMatchObject({ code: 'SINK_FENCED' });
  });

  it('each fatal one has a sentence of its own', () => {
    const fatal = [10, 17, 18, 29, 31, 32, 35, 38, 43, 47, 48, 50, 53, 59, 87, 90, 1234].map(remedy);
    expect(fatal.map(({ kind }) => kind)).toEqual(fatal.map(() => 'fatal'));
    expect(new Set(fatal.map((each) => ('says' in each ? each.says : ''))).size).toBe(fatal.length);
  });
});
