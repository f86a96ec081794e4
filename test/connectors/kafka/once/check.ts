import { readTopic } from '../reading.js';
import { rowsOf } from './numbers.js';
import type { Delivery } from './scene.js';

/** What is committed, and how many rows the batches up to `last` have. */
export interface Found {
  readonly records: number;
  readonly different: number;
  readonly repeated: number;
  /** Behind another one of its partition that was written later; of those that repeat, the first counts. */
  readonly outOfOrder: number;
  readonly wanted: number;
}

export async function find(brokers: readonly string[], topic: string, last: number): Promise<Found> {
  const newest = new Map<number, number>();
  const seen = new Set<string>();
  let outOfOrder = 0;
  const records = await readTopic(brokers, topic);
  for (const { partition, value } of records) {
    const name = value?.toString('latin1', 0, value.indexOf(' ')) ?? '';
    if (seen.has(name)) continue;
    seen.add(name);
    const [n, i] = name.split('/').map(Number) as [number, number];
    const place = n * 1_000_000 + i;
    if (place < (newest.get(partition) ?? -1)) outOfOrder++;
    newest.set(partition, place);
  }
  const wanted = Array.from({ length: last }, (_, i) => rowsOf(i + 1)).reduce((sum, rows) => sum + rows, 0);
  const repeated = records.length - seen.size;
  return { records: records.length, different: seen.size, repeated, outOfOrder, wanted };
}

/** Every row, in order in each partition, and only once where that is promised. */
export function isRight({ different, repeated, outOfOrder, wanted }: Found, delivery: Delivery): boolean {
  return different === wanted && outOfOrder === 0 && (delivery === 'at-least-once' || repeated === 0);
}
