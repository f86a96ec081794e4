import { describe, expect, test } from 'vitest';
import { compareKeys, type KeyFacts, type Numbering } from '../../../connectors/aggregate-replica/collisions.js';
import fc from '../../properties.js';

const facts = (source: string, numbers: Partial<Numbering> = {}, keys: readonly string[][] = [['id']]): KeyFacts => ({
  source,
  keys,
  numbering: {
    column: 'id',
    numbers: { increment: 1, offset: 1, next: 1n, range: null, isOnSteps: true, ...numbers },
  },
});
const rows = (min: bigint, max: bigint): Partial<Numbering> => ({ range: { min, max }, next: max + 1n });
const whatOf = (mine: KeyFacts, other: KeyFacts) =>
  compareKeys(mine, other).map(({ kind, what }) => `${kind}: ${what}`);

describe('keys of two sources in one table', () => {
  test('never collide where their servers number in turns', () => {
    const even = facts('even', { increment: 2, offset: 2, ...rows(2n, 100n) });
    const odd = facts('odd', { increment: 2, offset: 1, ...rows(1n, 99n) });
    expect(whatOf(even, odd)).toEqual([]);
    // 4n + 3 and 6n + 2 differ modulo 2.
    expect(whatOf(facts('a', { increment: 4, offset: 3 }), facts('b', { increment: 6, offset: 2 }))).toEqual([]);
  });

  test('collide where rows are from before that was set', () => {
    const even = facts('even', { increment: 2, offset: 2, ...rows(1n, 100n), isOnSteps: false });
    const odd = facts('odd', { increment: 2, offset: 1, ...rows(51n, 99n) });
    expect(whatOf(even, odd)).toEqual([
      'collides: id: even has rows that are not of its steps of 2 from 2, among those of odd',
    ]);
    expect(whatOf(even, facts('odd', { increment: 2, offset: 1, ...rows(101n, 109n) }))).toEqual([]);
  });

  test('collide where both number the same rows, or begin with the same', () => {
    expect(whatOf(facts('a', rows(1n, 100n)), facts('b', rows(90n, 200n)))).toEqual([
      'collides: id: a has 1 to 100 and goes on with 101, and b has 90 to 200 and goes on with 201, so that both number the same rows',
    ]);
    expect(whatOf(facts('a'), facts('b'))).toEqual([
      'collides: id: a has no rows and goes on with 1, and b has no rows and goes on with 1, so that the next rows get one key',
    ]);
    expect(whatOf(facts('a'), facts('b', rows(1n, 9n)))[0]).toMatch(/^collides: /);
    // The offset of a server is not heeded where it is above the increment.
    const unheeded = { increment: 2, offset: 3, ...rows(1n, 9n) };
    expect(whatOf(facts('a', unheeded), facts('b', { ...unheeded, offset: 2 }))[0]).toMatch(/^collides: /);
  });

  test('will meet where each has a range of its own, and it is said when', () => {
    expect(whatOf(facts('low', rows(1n, 100n)), facts('high', rows(1_000n, 2_000n)))).toEqual([
      'unproved: id: low has 1 to 100 and goes on with 101, and high has 1000 to 2000 and goes on with 2001: they meet after 899 more',
    ]);
    expect(whatOf(facts('high', { next: 5_000n }), facts('low', rows(1n, 100n)))[0]).toMatch(/meet after 4899 more$/);
  });

  test('are not known of where they are not numbered, also beside the one that is', () => {
    const uuid: KeyFacts = { source: 'a', keys: [['uuid'], ['shop', 'email']], numbering: null };
    expect(whatOf(uuid, { ...uuid, source: 'b' })).toEqual([
      'unproved: uuid: nothing says that a and b never have the same',
      'unproved: shop, email: nothing says that a and b never have the same',
    ]);
    const even = facts('even', { increment: 2, offset: 2 }, [['id'], ['email']]);
    expect(whatOf(even, facts('odd', { increment: 2, offset: 1 }, [['id'], ['email']]))).toEqual([
      'unproved: email: nothing says that even and odd never have the same',
    ]);
    expect(whatOf({ source: 'a', keys: [], numbering: null }, { source: 'b', keys: [], numbering: null })).toEqual([]);
  });

  const numbering = fc
    .record({
      increment: fc.integer({ min: 1, max: 6 }),
      offset: fc.integer({ min: 1, max: 6 }),
      first: fc.integer({ min: 1, max: 40 }),
      rows: fc.integer({ min: 0, max: 8 }),
      gap: fc.integer({ min: 1, max: 30 }),
    })
    .filter(({ increment, offset }) => offset <= increment);
  type Drawn = typeof numbering extends fc.Arbitrary<infer T> ? T : never;

  /** As a server numbers: the next number of its steps. */
  const stepFrom = (from: number, { increment, offset }: Drawn): number => {
    let number = from;
    while ((number - offset) % increment !== 0) number++;
    return number;
  };
  const lived = (drawn: Drawn): { numbers: Numbering; has: number[]; gives: number[] } => {
    const has: number[] = [];
    for (let i = 0, at = drawn.first; i < drawn.rows; i++, at++) {
      at = stepFrom(at, drawn);
      has.push(at);
    }
    const next = stepFrom((has.at(-1) ?? drawn.first) + drawn.gap, drawn);
    const gives = Array.from({ length: 60 }, (_, i) => next + i * drawn.increment);
    const range = has.length === 0 ? null : { min: BigInt(has[0]!), max: BigInt(has.at(-1)!) };
    const { increment, offset } = drawn;
    return { numbers: { increment, offset, next: BigInt(next), range, isOnSteps: true }, has, gives };
  };

  test('of which nothing is said are never the same, and what is said to meet later does not meet before', () => {
    fc.assert(
      fc.property(numbering, numbering, (one, two) => {
        const [a, b] = [lived(one), lived(two)];
        const [finding] = compareKeys(facts('a', a.numbers), facts('b', b.numbers));
        const room = Number(/after (\d+) more/.exec(finding?.what ?? '')?.[1] ?? (finding === undefined ? 1e9 : 0));
        const low = a.numbers.next <= b.numbers.next ? a : b;
        const high = low === a ? b : a;
        const lowNumbers = [...low.has, ...low.gives.filter((n) => n - Number(low.numbers.next) < room)];
        const highNumbers = new Set([...high.has, ...high.gives]);
        if (finding?.kind !== 'collides') expect(lowNumbers.filter((n) => highNumbers.has(n))).toEqual([]);
      }),
    );
  });
});
