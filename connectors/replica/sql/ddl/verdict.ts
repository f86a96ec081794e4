import { type Effect, type Place, placeName } from './plan.js';

/** How each place is made; null where nothing is there. */
export type Fingerprints = ReadonlyMap<string, string | null>;

/** What became of a statement whose end nobody saw. */
export type Verdict = 'done' | 'not-done' | 'ambiguous';

/** `before`: in front of the statement; `now`: when nobody executes it any more. By the names of places. */
export function verdictOf(
  { effect, places }: { effect: Effect; places: readonly Place[] },
  before: Fingerprints,
  now: Fingerprints,
): Verdict {
  if (effect === 'repeats') return 'not-done';
  const expected = effect === 'renames' ? renamed(places, before) : before;
  // Tables that are made alike and changed places.
  if (effect === 'renames' && isSame(expected, before)) return 'ambiguous';
  if (isSame(now, before)) return 'not-done';
  const isThere = (name: string): boolean =>
    effect !== 'drops' && (effect !== 'renames' || expected.get(name) !== null);
  const isDone = [...now].every(([name, fingerprint]) => (fingerprint !== null) === isThere(name));
  return isDone ? 'done' : 'ambiguous';
}

function isSame(left: Fingerprints, right: Fingerprints): boolean {
  return [...left].every(([name, fingerprint]) => fingerprint === right.get(name));
}

/** Places are pairs, and one may stand in several: a TO b, c TO a. */
function renamed(places: readonly Place[], before: Fingerprints): Fingerprints {
  const after = new Map(before);
  for (let i = 0; i + 1 < places.length; i += 2) {
    const [from, to] = [placeName(places[i]!), placeName(places[i + 1]!)];
    after.set(to, after.get(from) ?? null);
    after.set(from, null);
  }
  return after;
}
