import { formatGtid, RowtideError, type Table, type Transaction } from 'rowtide';
import { murmur2 } from '../murmur2.js';
import type { PartitionWriter } from '../partition-writer.js';
import type { Topic } from '../topics.js';
import { nameOf } from './key.js';
import type { Rule } from './rules.js';

/** The partition of all rows of an event; null where the key of each row says. */
export type Partitioner = (transaction: Transaction) => PartitionWriter | null;

export function partitionerOf({ partitionBy, place }: Rule, table: Table, topic: Topic): Partitioner {
  switch (partitionBy) {
    case 'key': {
      const own = table.primaryKey.length === 0 ? ofTable(topic, table) : null;
      return () => own;
    }
    case 'table': {
      const own = ofTable(topic, table);
      return () => own;
    }
    case 'transaction':
      return ({ gtid, span }) => ofText(topic, gtid === null ? `${span.file}:${span.start}` : formatGtid(gtid));
    default: {
      const own = topic.partitions[partitionBy];
      if (own === undefined) throw noPartition(topic, partitionBy, place);
      return () => own;
    }
  }
}

/** Where rows without a key stay in order. */
export function ofTable(topic: Topic, table: Table): PartitionWriter {
  return ofText(topic, nameOf(table));
}

function ofText({ partitions }: Topic, text: string): PartitionWriter {
  const bytes = Buffer.from(text);
  return partitions[murmur2(bytes, 0, bytes.length) % partitions.length]!;
}

function noPartition({ name, partitions }: Topic, wanted: number, place: string): RowtideError {
  return new RowtideError(
    'SINK_REFUSED',
    `topic ${name} has ${partitions.length} partitions, and by ${place} rows go to number ${wanted}`,
    { hint: `Count from 0, add partitions to topic ${name}, or change partitionBy.` },
  );
}
