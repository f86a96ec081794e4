import { RowtideError } from '../core/errors.js';
import { type Gtid, GtidSet } from '../core/gtid.js';
import type { Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';

/** The one GTID that `text` is. */
export function parseGtid(text: string): Gtid {
  const intervals = [...GtidSet.parse(text).intervals()];
  const [only] = intervals;
  if (only === undefined || intervals.length > 1 || only.first !== only.last) {
    throw new RowtideError('USAGE', `not one GTID: ${JSON.stringify(text)}`, {
      hint: 'One transaction is skipped at a time: 3e11fa47-71ca-11e1-9e33-c80aa9429562:23.',
    });
  }
  const { uuid, tag, first: sequence } = only;
  return { uuid, tag, sequence };
}

/**
 * A sink that claims to have `gtids` when it opens. The source then leaves those transactions out, so this gets past one
 * that cannot even be decoded. The claim is written before anything else: it outlives this process.
 */
export function skipping(sink: ResumableSink, gtids: readonly Gtid[]): ResumableSink {
  return {
    async open(signal) {
      const position = await sink.open(signal);
      if (position === undefined || gtids.length === 0) return position;
      const moved = passedOver(position, gtids);
      if (moved !== position) await sink.write({ transactions: [], position: moved }, signal);
      return moved;
    },
    write: (batch, signal) => sink.write(batch, signal),
    close: () => sink.close(),
  };
}

/** The same object if there is nothing to change: a position of file and offset holds no GTIDs. */
export function passedOver(position: Position, gtids: readonly Gtid[]): Position {
  const { log } = position;
  if (log.kind !== 'gtid' || gtids.every((gtid) => log.executed.has(gtid))) return position;
  return { ...position, log: { kind: 'gtid', executed: log.executed.with(gtids) } };
}
