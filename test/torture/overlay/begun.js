/** The transactions whose GTID event was read, as a reader has them that counts a GTID at its event. */

import { decodeGtid } from '../binlog/gtid.js';
import { GTID_LOG_EVENT } from '../binlog/types.js';

const begun = [];

/** The log, with every GTID noted at the moment at which its event is taken from it. */
export function noting(log) {
  return {
    ...log,
    async *read(from, signal) {
      for await (const block of log.read(from, signal)) yield { ...block, events: noted(block.events) };
    },
  };
}

function noted(events) {
  return {
    *[Symbol.iterator]() {
      for (const event of events) {
        if (event.type === GTID_LOG_EVENT) begun.push(decodeGtid(event, false).gtid);
        yield event;
      }
    },
  };
}

/** The wrong position: what is lost is the transaction that was being read when the batch was handed over. */
export function withBegun(batch) {
  const { position } = batch;
  const executed = position.log.executed.with(begun.splice(0));
  return { ...batch, position: { ...position, log: { kind: 'gtid', executed } } };
}
