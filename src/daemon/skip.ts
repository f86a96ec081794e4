import { RowtideError, unreachable } from '../core/errors.js';
import { type AnyGtid, GtidSet, isMariaGtid } from '../core/gtid.js';
import { isMariaGtids, type MariaGtid, MariaGtids } from '../core/maria-gtid.js';
import type { Position } from '../core/position.js';
import type { ResumableSink } from '../core/sink.js';

/** The one GTID that `text` is. */
export function parseGtid(text: string): AnyGtid {
  if (isMariaGtids(text)) {
    const [only, ...others] = MariaGtids.parse(text);
    if (only === undefined || others.length > 0) throw notOne(text);
    return only;
  }
  const intervals = [...GtidSet.parse(text).intervals()];
  const [only] = intervals;
  if (only === undefined || intervals.length > 1 || only.first !== only.last) {
    throw notOne(text);
  }
  const { uuid, tag, first: sequence } = only;
  return { uuid, tag, sequence };
}

function notOne(text: string): RowtideError {
  return new RowtideError('USAGE', `not one GTID: ${JSON.stringify(text)}`, {
    hint: 'One transaction is skipped at a time: 3e11fa47-71ca-11e1-9e33-c80aa9429562:23, or 0-1-23 of MariaDB.',
  });
}

/**
 * A sink that claims to have `gtids` when it opens. The source then leaves those transactions out, so this gets past one
 * that cannot even be decoded. The claim is written before anything else: it outlives this process.
 */
export function skipping(sink: ResumableSink, gtids: readonly AnyGtid[]): ResumableSink {
  return {
    async open(signal) {
      const position = await sink.open(signal);
      return position === undefined ? undefined : claimed(sink, { position, gtids, signal });
    },
    write: (batch, signal) => sink.write(batch, signal),
    close: () => sink.close(),
  };
}

/** Claims one in a sink that no pipeline writes to. False where there is nothing to claim. */
export async function skipIn(sink: ResumableSink, gtid: AnyGtid, signal: AbortSignal): Promise<boolean> {
  try {
    const position = await sink.open(signal);
    return position !== undefined && (await claimed(sink, { position, gtids: [gtid], signal })) !== position;
  } finally {
    await sink.close();
  }
}

interface Claim {
  readonly position: Position;
  readonly gtids: readonly AnyGtid[];
  readonly signal: AbortSignal;
}

/** The position behind them as well; the same object if there was nothing to write. */
async function claimed(sink: ResumableSink, { position, gtids, signal }: Claim): Promise<Position> {
  const moved = passedOver(position, gtids);
  if (moved === position) return position;
  // What is passed over may have altered tables, so the history of their columns ends here.
  const { schemas: _, ...unmarked } = moved;
  await sink.write({ transactions: [], position: unmarked }, signal);
  return unmarked;
}

/** The same object if there is nothing to change: a position of file and offset holds no GTIDs. */
export function passedOver(position: Position, gtids: readonly AnyGtid[]): Position {
  const { log } = position;
  switch (log.kind) {
    case 'file':
      return position;
    case 'gtid': {
      const missing = gtids.flatMap((gtid) => (isMariaGtid(gtid) || log.executed.has(gtid) ? [] : [gtid]));
      if (missing.length === 0) return position;
      return { ...position, log: { kind: 'gtid', executed: log.executed.with(missing) } };
    }
    case 'mariadb-gtid': {
      const executed = gtids.filter(isMariaGtid).reduce(passedOverNext, log.executed);
      return executed === log.executed ? position : { ...position, log: { kind: 'mariadb-gtid', executed } };
    }
    default:
      return unreachable(log);
  }
}

/** A position of MariaDB says that all of the domain was executed up to its GTID, so only the next one can be claimed. */
function passedOverNext(executed: MariaGtids, gtid: MariaGtid): MariaGtids {
  const last = executed.get(gtid.domain)?.sequence ?? 0n;
  return gtid.sequence === last + 1n ? executed.with([gtid]) : executed;
}
