import { expect } from 'vitest';
import { kafkaOptions } from '../../../connectors/kafka/options.js';
import { KafkaSink } from '../../../connectors/kafka/sink.js';
import { readTopic } from './reading.js';
import { batchOf, testFormat, testTable, transaction } from './rows.js';

export const signal: AbortSignal = new AbortController().signal;

/** A sink as its configuration would make it, but for the rows' format. */
export function sinkWith(options: object): KafkaSink {
  return new KafkaSink(kafkaOptions.parse(options), testFormat);
}

/** Every record once and in order, whatever `trouble` does while records are written. */
export async function survives(
  { brokers, topic, ...options }: { brokers: readonly string[]; topic: string; readonly [option: string]: unknown },
  trouble: () => Promise<void>,
): Promise<void> {
  const sink = sinkWith({ brokers, topic, batchBytesMax: 50_000, ...options });
  await sink.open(undefined, signal);
  const workload = new Workload(sink, topic);
  await workload.write(1_000);
  let isOver = false;
  const troubled = trouble().finally(() => {
    isOver = true;
  });
  while (!isOver) await workload.write(3_000);
  await troubled;
  await workload.write(1_000);
  await sink.close();
  await workload.check(brokers);
}

/** Numbered rows over many keys, in one table; `check` says whether the topic has each of them once and in order. */
export class Workload {
  written = 0;
  readonly #table = testTable('numbers');
  readonly #sink: KafkaSink;
  readonly #topic: string;

  constructor(sink: KafkaSink, topic: string) {
    this.#sink = sink;
    this.#topic = topic;
  }

  async write(rows: number, options: { signal: AbortSignal } = { signal }): Promise<void> {
    const pad = '.'.repeat(300);
    const numbered = Array.from({ length: rows }, (_, i) => {
      const number = this.written + i;
      return { key: `key-${number % 997}`, value: `${number} ${pad}` };
    });
    await this.#sink.write(batchOf(transaction(this.#table, numbered)), options.signal);
    this.written += rows;
  }

  async check(brokers: readonly string[]): Promise<void> {
    const records = await readTopic(brokers, this.#topic);
    const numbers = records.map(({ value }) => Number.parseInt(value?.toString('latin1', 0, 12) ?? '', 10));
    const newest = new Map<number, number>();
    let outOfOrder = 0;
    for (const [i, { partition }] of records.entries()) {
      if (numbers[i]! < (newest.get(partition) ?? -1)) outOfOrder++;
      newest.set(partition, numbers[i]!);
    }
    const different = new Set(numbers).size;
    expect({ outOfOrder, records: records.length, different }).toEqual({
      outOfOrder: 0,
      records: this.written,
      different: this.written,
    });
  }
}
