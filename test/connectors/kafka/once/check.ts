import { readTopic } from '../reading.js';
import { deliver, rowsOf } from './numbers.js';
import type { Delivery, Scene } from './scene.js';

/** What is committed, and how many rows the batches up to `last` have. */
export interface Found {
  readonly records: number;
  readonly different: number;
  readonly repeated: number;
  /** Behind another one of its partition that was written later; of those that repeat, the first counts. */
  readonly outOfOrder: number;
  readonly wanted: number;
  /** Some of the rows that are missing, as batch/row. */
  readonly missing: readonly string[];
}

async function find(brokers: readonly string[], topic: string, last: number): Promise<Found> {
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
  const names = Array.from({ length: last }, (_, i) =>
    Array.from({ length: rowsOf(i + 1) }, (__, row) => `${i + 1}/${row}`),
  );
  const missing = names
    .flat()
    .filter((name) => !seen.has(name))
    .slice(0, 5);
  return { records: records.length, different: seen.size, repeated, outOfOrder, wanted, missing };
}

/** What is committed is seen by consumers a moment later; whoever opens the pipeline again waits until all of it is. */
export async function judge(scene: Scene, last: number): Promise<Found> {
  const begin = (n: number): void => {
    throw new Error(`batch ${n} was acknowledged, and is to be written again`);
  };
  await deliver(scene.sink, { last, begin });
  return find(scene.options.brokers, scene.name, last);
}

/** Every row, in order in each partition, and only once where that is promised. */
export function isRight({ different, repeated, outOfOrder, wanted }: Found, delivery: Delivery): boolean {
  return different === wanted && outOfOrder === 0 && (delivery === 'at-least-once' || repeated === 0);
}
