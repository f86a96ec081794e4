import type { NetChange } from '../../inspect/flashback/net-changes.js';
import { SESSION_HEAD } from '../../inspect/flashback/session.js';
import { withConnection } from '../../mysql/connect.js';
import type { ServerAddress } from '../../mysql/url.js';

/** How a row is now, compared with what the range to be undone left of it. */
export type Verdict = 'applies' | 'undone' | 'changed';

export interface Finding {
  readonly change: NetChange;
  readonly verdict: Verdict;
  readonly count: number;
}

/** A question is as long as this, or asks for one row. */
const QUESTION_CHARS_MAX = 256 * 1024;
const QUESTION_ROWS_MAX = 200;

/** Compares each row with the live table. */
export function checkRows(
  changes: Iterable<NetChange>,
  found: (finding: Finding) => void,
  { address, signal }: { address: ServerAddress; signal: AbortSignal },
): Promise<void> {
  return withConnection(address, signal, async (connection) => {
    for (const sql of SESSION_HEAD) await connection.query(sql);
    for (const some of batched(changes)) {
      const rows = await connection.query<[string, Count, Count, Count]>(some.map(question).join('\nUNION ALL '));
      for (const [index, there, after, before] of rows) {
        const change = some[Number(index)]!;
        for (const finding of verdicts(change, [there, after, before].map(Number) as [number, number, number]))
          found(finding);
      }
    }
  });
}

type Count = string | number | null;

function* batched(changes: Iterable<NetChange>): Generator<NetChange[]> {
  let some: NetChange[] = [];
  let chars = 0;
  for (const change of changes) {
    const length = (change.key?.length ?? 0) + (change.before?.length ?? 0) + (change.after?.length ?? 0);
    if (some.length > 0 && (chars + length > QUESTION_CHARS_MAX || some.length === QUESTION_ROWS_MAX)) {
      yield some;
      some = [];
      chars = 0;
    }
    some.push(change);
    chars += length;
  }
  if (some.length > 0) yield some;
}

/** How many rows there are of this key, and how many of them look as behind and as in front of the range. */
function question({ table, key, before, after }: NetChange, index: number): string {
  const [isAfter, isBefore] = [after ?? 'FALSE', before ?? 'FALSE'];
  const where = key ?? `(${isAfter}) OR (${isBefore})`;
  return `SELECT ${index}, COUNT(*), COALESCE(SUM(${isAfter}), 0), COALESCE(SUM(${isBefore}), 0) FROM ${table} WHERE ${where}`;
}

/** `there`: rows of the key; `after`, `before`: how many of them are as the range left or found them. */
function verdicts(change: NetChange, [there, after, before]: [number, number, number]): Finding[] {
  if (change.key !== null) return [{ change, verdict: keyedVerdict(change, { there, after, before }), count: 1 }];
  const { count } = change;
  // Rows of no key that are gone may have been undone or changed: nobody can tell.
  const undone = change.before === null ? 0 : Math.min(count, before);
  const applies = change.after === null ? count - undone : Math.min(count, after);
  const left = change.after === null ? undone : Math.min(count - applies, undone);
  const shares: [Verdict, number][] = [
    ['applies', applies],
    ['undone', left],
    ['changed', count - applies - left],
  ];
  return shares.flatMap(([verdict, share]) => (share === 0 ? [] : [{ change, verdict, count: share }]));
}

function keyedVerdict(
  change: NetChange,
  { there, after, before }: { there: number; after: number; before: number },
): Verdict {
  if (there === 0) return change.after === null ? 'applies' : change.before === null ? 'undone' : 'changed';
  if (after > 0) return 'applies';
  return before > 0 ? 'undone' : 'changed';
}
