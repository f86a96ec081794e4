import { RowtideError } from '../core/errors.js';
import { GtidSet } from '../core/gtid.js';
import { isMariaGtids, type MariaGtid, MariaGtids } from '../core/maria-gtid.js';
import type { LogPosition } from '../core/position.js';

/** GTIDs of either flavour. */
export type Gtids =
  | { readonly kind: 'gtid'; readonly executed: GtidSet }
  | { readonly kind: 'mariadb-gtid'; readonly executed: MariaGtids };

/** One GTID, or a set. Throws USAGE. */
export function parseGtids(text: string): Gtids {
  if (isMariaGtids(text)) return { kind: 'mariadb-gtid', executed: MariaGtids.parse(text) };
  const executed = GtidSet.parse(text);
  if (!executed.isEmpty) return { kind: 'gtid', executed };
  throw new RowtideError('USAGE', `not a GTID: ${JSON.stringify(text)}`, {
    hint: 'Like 3e11fa47-71ca-11e1-9e33-c80aa9429562:23, or 0-1-23 of MariaDB.',
  });
}

/** What streams into one target have brought there; null where they are not all of one kind of GTIDs. */
export function together(positions: readonly LogPosition[]): Gtids | null {
  const sets = positions.map((log) => (log.kind === 'gtid' ? log.executed : null)).filter((each) => each !== null);
  if (sets.length > 0 && sets.length === positions.length) {
    return { kind: 'gtid', executed: sets.reduce((all, each) => all.union(each)) };
  }
  const domains = positions.map((log) => (log.kind === 'mariadb-gtid' ? log.executed : null));
  const known = domains.filter((each) => each !== null);
  if (known.length === 0 || known.length < domains.length) return null;
  return { kind: 'mariadb-gtid', executed: known.reduce(leastOf) };
}

/** Sources that number one domain, each for itself, have it as far as the one that is behind. */
function leastOf(left: MariaGtids, right: MariaGtids): MariaGtids {
  const lesser = (gtid: MariaGtid): MariaGtid => {
    const other = left.get(gtid.domain);
    return other !== undefined && other.sequence < gtid.sequence ? other : gtid;
  };
  return MariaGtids.of(...left, ...[...right].map(lesser));
}

/** Whether all of them are among what is there; throws USAGE where they can never be. */
export function hasAll(have: Gtids | null, wanted: Gtids): boolean {
  if (have === null) return false;
  if (have.kind === 'gtid' && wanted.kind === 'gtid') return have.executed.includes(wanted.executed);
  if (have.kind === 'mariadb-gtid' && wanted.kind === 'mariadb-gtid') return have.executed.includes(wanted.executed);
  throw new RowtideError('USAGE', `${wanted.executed.toString()} is not of the kind of ${have.executed.toString()}`, {
    hint: 'Give GTIDs of the source, as it prints them.',
  });
}
