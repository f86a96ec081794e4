/** What the tables say, after a crash, of a statement whose end nobody saw. */
import { describe, expect, test } from 'vitest';
import { type Effect, placeName } from '../../../../../connectors/replica/sql/ddl/plan.js';
import { verdictOf } from '../../../../../connectors/replica/sql/ddl/verdict.js';

type Made = Readonly<Record<string, string | null>>;

function verdict(effect: Effect, names: string, before: Made, now: Made): string {
  const places = names.split(' ').map((name) => ({ schema: 's', name }));
  const by = (made: Made) =>
    new Map(Object.entries(made).map(([name, how]) => [placeName({ schema: 's', name }), how]));
  return verdictOf({ effect, places }, by(before), by(now));
}

describe('a statement whose end nobody saw', () => {
  test.each([
    ['creates', 'a', { a: null }, { a: null }, 'not-done'],
    ['creates', 'a', { a: null }, { a: 'x' }, 'done'],
    ['creates', 'a', { a: 'x' }, { a: 'x' }, 'not-done'],
    ['drops', 'a b', { a: 'x', b: 'y' }, { a: 'x', b: 'y' }, 'not-done'],
    ['drops', 'a b', { a: 'x', b: 'y' }, { a: null, b: null }, 'done'],
    ['drops', 'a b', { a: 'x', b: 'y' }, { a: null, b: 'y' }, 'ambiguous'],
    ['alters', 'a', { a: 'x' }, { a: 'x' }, 'not-done'],
    ['alters', 'a', { a: 'x' }, { a: 'y' }, 'done'],
    ['alters', 'a', { a: 'x' }, { a: null }, 'ambiguous'],
    ['repeats', 'a', { a: 'x' }, { a: 'y' }, 'not-done'],
    ['renames', 'a b', { a: 'x', b: null }, { a: 'x', b: null }, 'not-done'],
    ['renames', 'a b', { a: 'x', b: null }, { a: null, b: 'x' }, 'done'],
    ['renames', 'a b', { a: 'x', b: null }, { a: null, b: null }, 'ambiguous'],
    ['renames', 'a t b a t b', { a: 'x', b: 'y', t: null }, { a: 'x', b: 'y', t: null }, 'not-done'],
    ['renames', 'a t b a t b', { a: 'x', b: 'y', t: null }, { a: 'y', b: 'x', t: null }, 'done'],
    ['renames', 'a t b a t b', { a: 'x', b: 'x', t: null }, { a: 'x', b: 'x', t: null }, 'ambiguous'],
  ] as const)('%s %s: %j, now %j', (effect, names, before, now, expected) => {
    expect(verdict(effect, names, before, now)).toBe(expected);
  });
});
