import { decodeRowsExtra } from '../../binlog/rows-extra.js';
import type { FormatDescription, RawEvent } from '../../core/event.js';
import type { Output } from '../output.js';

/** Length and format in front of what NDB Cluster adds. */
const NDB_HEADER_BYTES = 2;

/** What a row event says beside its rows. */
export function writeExtra(event: RawEvent, format: FormatDescription, output: Output): void {
  const { ndb, partition, sourcePartition } = decodeRowsExtra(event, format);
  if (ndb !== null) {
    const data = ndb.subarray(NDB_HEADER_BYTES - 1);
    const hex = data.length === 0 ? '' : `0x${data.toString('hex').toUpperCase()}`;
    output.ascii(`### Extra row ndb info: data_format: ${ndb[0] ?? 0}, len: ${data.length}, data: ${hex}\n`);
  }
  if (partition === null) return;
  output.ascii(
    sourcePartition === null
      ? `### Extra row info for partitioning: partition: ${partition}\n`
      : `### Extra row info for partitioning: source_partition: ${sourcePartition} target_partition: ${partition}\n`,
  );
}
