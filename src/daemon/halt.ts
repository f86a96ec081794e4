import { type Point, parsePoint } from '../config/point.js';
import { RowtideError } from '../core/errors.js';
import type { Position } from '../core/position.js';
import type { Source } from '../core/source.js';
import { type Bound, boundAt } from '../transform/bound.js';
import { until } from '../transform/until.js';
import { positionText } from './status.js';

type Gtids = Extract<Point, { kind: 'gtid' | 'mariadb-gtid' }>;

/** Behind one GTID, or behind all of a set. */
export function parseHalt(text: string): Halt {
  const point = parsePoint(text);
  if (point.kind === 'gtid' || point.kind === 'mariadb-gtid') return new Halt(point);
  throw new RowtideError('USAGE', `not a GTID: ${JSON.stringify(text)}`, {
    hint: 'Like 3e11fa47-71ca-11e1-9e33-c80aa9429562:23, or 0-1-23 of MariaDB.',
  });
}

/** Where a person wants a pipeline to pause: right behind the last of some GTIDs. */
export class Halt {
  readonly #gtids: Gtids;
  #bound: Bound | null = null;

  constructor(gtids: Gtids) {
    this.#gtids = gtids;
  }

  toString(): string {
    return this.#gtids.executed.toString();
  }

  /** True when the source has come to an end because of this, and not because its log has. */
  get isReached(): boolean {
    return this.#bound?.isReached() ?? false;
  }

  /** Throws USAGE where the position will never be right behind them. */
  requireAhead({ log }: Position): void {
    if (log.kind !== 'file' && log.kind !== this.#gtids.kind) {
      throw new RowtideError(
        'USAGE',
        `${this.toString()} will not be in a log whose positions are like ${positionText({ log })}`,
        {
          hint: 'Give GTIDs of the source; the status of the pipeline has its position.',
        },
      );
    }
    if (isBehind(log, this.#gtids)) {
      throw new RowtideError(
        'USAGE',
        `${this.toString()} is in the sink already, which is at ${positionText({ log })}`,
        {
          hint: 'Name a transaction that is still to come.',
        },
      );
    }
  }

  source(source: Source): Source {
    const bound = boundAt(this.#gtids);
    return until(source, {
      bound: (progress) => {
        this.#bound = bound(progress);
        return this.#bound;
      },
    });
  }
}

function isBehind(log: Position['log'], gtids: Gtids): boolean {
  if (log.kind === 'gtid' && gtids.kind === 'gtid') return log.executed.includes(gtids.executed);
  return log.kind === 'mariadb-gtid' && gtids.kind === 'mariadb-gtid' && log.executed.includes(gtids.executed);
}
