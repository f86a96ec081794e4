import { readTopic } from '../reading.js';
import { rowsOf } from './numbers.js';

/** What is committed, and how many rows the batches up to `last` have. */
export interface Found {
  readonly records: number;
  readonly different: number;
  /** Before another one of its partition that was written later. */
  readonly outOfOrder: number;
  readonly wanted: number;
}

export async function find(brokers: readonly string[], topic: string, last: number): Promise<Found> {
  const newest = new Map<number, number>();
  const seen = new Set<string>();
  let outOfOrder = 0;
  const records = await readTopic(brokers, topic);
  for (const { partition, value } of records) {
    const name = value?.toString().split(' ')[0] ?? '';
    const [n, i] = name.split('/').map(Number) as [number, number];
    const place = n * 1_000_000 + i;
    if (place < (newest.get(partition) ?? -1)) outOfOrder++;
    newest.set(partition, place);
    seen.add(name);
  }
  const wanted = Array.from({ length: last }, (_, i) => rowsOf(i + 1)).reduce((sum, rows) => sum + rows, 0);
  return { records: records.length, different: seen.size, outOfOrder, wanted };
}

/** Every row once, and in order in each partition. */
export function isRight({ records, different, outOfOrder, wanted }: Found): boolean {
  return records === wanted && different === wanted && outOfOrder === 0;
}
