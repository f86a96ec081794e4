/** What a source says of the AUTO_INCREMENT key of a table that it shares with others. */
export interface Numbering {
  /** auto_increment_increment and auto_increment_offset. */
  readonly increment: number;
  readonly offset: number;
  /** The number that its next row gets. */
  readonly next: bigint;
  /** Null while the table is empty. */
  readonly range: { readonly min: bigint; readonly max: bigint } | null;
  /** Whether all rows that are there have numbers of these steps. */
  readonly isOnSteps: boolean;
}

/** What a source says of a table that it shares with others. */
export interface KeyFacts {
  /** How messages name the source. */
  readonly source: string;
  /** The unique keys, by their columns; those that hold the source column are left out. */
  readonly keys: readonly (readonly string[])[];
  /** Of the key that is one AUTO_INCREMENT column. */
  readonly numbering: { readonly column: string; readonly numbers: Numbering } | null;
}

/** `collides`: rows of two sources have, or will soon have, one key. `unproved`: nobody can say that they never will. */
export interface Finding {
  readonly kind: 'collides' | 'unproved';
  /** A sentence without its end. */
  readonly what: string;
}

/** What is to be said of a source beside another one whose rows go into the same table. */
export function compareKeys(mine: KeyFacts, other: KeyFacts): Finding[] {
  const findings: Finding[] = [];
  const [mineNumbered, otherNumbered] = [mine.numbering, other.numbering];
  if (mineNumbered !== null && otherNumbered !== null && sameColumn(mineNumbered.column, otherNumbered.column)) {
    const finding = compareNumbers(
      { source: mine.source, ...mineNumbered.numbers },
      { source: other.source, ...otherNumbered.numbers },
    );
    if (finding !== null) findings.push({ ...finding, what: `${mineNumbered.column}: ${finding.what}` });
  }
  for (const key of mine.keys) {
    const isNumbered = key.length === 1 && sameColumn(key[0]!, mineNumbered?.column ?? '') && otherNumbered !== null;
    if (isNumbered) continue;
    const what = `${key.join(', ')}: nothing says that ${mine.source} and ${other.source} never have the same`;
    findings.push({ kind: 'unproved', what });
  }
  return findings;
}

function sameColumn(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

type Numbered = Numbering & { readonly source: string };

function compareNumbers(a: Numbered, b: Numbered): Finding | null {
  if (areInterleaved(a, b)) {
    const [odd] = [a, b].filter(({ isOnSteps }) => !isOnSteps);
    if (odd === undefined || !overlap(a, b)) return null;
    const steps = `steps of ${odd.increment} from ${odd.offset}`;
    const what = `${odd.source} has rows that are not of its ${steps}, among those of ${a === odd ? b.source : a.source}`;
    return { kind: 'collides', what };
  }
  if (overlap(a, b)) {
    return { kind: 'collides', what: `${textOf(a)}, and ${textOf(b)}, so that both number the same rows` };
  }
  const room = roomBetween(a, b);
  if (room <= 0n)
    return { kind: 'collides', what: `${textOf(a)}, and ${textOf(b)}, so that the next rows get one key` };
  return { kind: 'unproved', what: `${textOf(a)}, and ${textOf(b)}: they meet after ${room} more` };
}

/**
 * Numbers of steps m from i and n from j are never the same if i and j differ modulo the greatest divisor of both. An
 * offset above its increment is one that servers do not heed.
 */
function areInterleaved(a: Numbering, b: Numbering): boolean {
  if (a.offset > a.increment || b.offset > b.increment) return false;
  const divisor = greatestDivisor(a.increment, b.increment);
  return (a.offset - b.offset) % divisor !== 0;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function overlap({ range: a }: Numbering, { range: b }: Numbering): boolean {
  return a !== null && b !== null && a.min <= b.max && b.min <= a.max;
}

/** How many numbers the lower one can still give before it gets to one that the other has or will give. */
function roomBetween(a: Numbering, b: Numbering): bigint {
  const [low, high] = a.next <= b.next ? [a, b] : [b, a];
  const { range, next } = high;
  return (range !== null && range.max >= low.next ? range.min : next) - low.next;
}

function textOf({ source, range, next, increment, offset }: Numbered): string {
  const has = range === null ? 'has no rows' : `has ${range.min} to ${range.max}`;
  const steps = increment === 1 ? '' : ` in steps of ${increment} from ${offset}`;
  return `${source} ${has} and goes on with ${next}${steps}`;
}
