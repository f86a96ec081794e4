import { expect, it } from 'vitest';
import { BATCH_HEADER_BYTES, RecordBatch } from '../../../connectors/kafka/batch.js';
import { BufferPool } from '../../../connectors/kafka/buffers.js';
import { split } from '../../../connectors/kafka/split.js';
import { readBatches } from '../../../connectors/kafka/transactions/committed.js';
import fc from '../../properties.js';
import { scaled } from '../../roundtrip/random.js';

const IDENTITY = { id: 7n, epoch: 3 };
const STYLE = { codec: null, isTransactional: true };

/** Keys and values, as whoever reads the batch's bytes finds them. */
function recordsOf(batch: RecordBatch, sequence: number): string[] {
  batch.freeze(IDENTITY, sequence);
  const { entries } = readBatches(batch.frozen, 0n);
  return entries.map((each) => {
    if (each.kind !== 'record') throw new Error('it is no record');
    return `${each.key.toString('hex')}=${each.value?.toString('hex')}`;
  });
}

it('a batch in two holds the same records in the same order, in about half the bytes each', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each));
  const headers = fc.constantFrom(null, Buffer.from('\x02\x02a\x02b', 'latin1'));
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, bytes, headers), { minLength: 2, maxLength: 200 }), (records) => {
      const batch = new RecordBatch(Buffer.alloc(200_000), 1_700_000_000_000, STYLE);
      for (const [key, value, header] of records) {
        const at = batch.begin(key, key.length);
        batch.end(at + value.copy(batch.bytes, at), header);
      }
      const parts = split(batch, new BufferPool(200_000));
      const whole = recordsOf(batch, 5);
      expect(parts.flatMap((part) => recordsOf(part, 5))).toEqual(whole);
      expect(Math.min(...parts.map(({ count }) => count))).toBeGreaterThan(0);
      const largest = Math.max(...records.map(([key, value]) => key.length + value.length)) + 32;
      const half = (batch.length - BATCH_HEADER_BYTES) / 2;
      for (const part of parts) expect(part.length - BATCH_HEADER_BYTES).toBeLessThanOrEqual(half + largest);
    }),
    { numRuns: scaled(200) },
  );
});
