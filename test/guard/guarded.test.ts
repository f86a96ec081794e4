import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/core/source.js';
import type { Transaction } from '../../src/core/transaction.js';
import { type Gate, guarded } from '../../src/guard/guarded.js';
import { fromGtids, transaction } from '../transform/stream.js';

const BEGIN = fromGtids('');
const never = new AbortController().signal;

describe('a guarded source', () => {
  const released: number[] = [];
  const all = [1, 2, 3].map((n) => transaction(n, { release: () => void released.push(n) }));
  const source: Source = {
    start: async () => BEGIN,
    async *read() {
      yield* all;
    },
  };

  async function passing(gate: Gate): Promise<Transaction[]> {
    released.length = 0;
    const passed: Transaction[] = [];
    for await (const each of guarded(source, gate).read(BEGIN, never)) passed.push(each);
    return passed;
  }

  test('ends before the first transaction that is held, and holds nothing of it', async () => {
    const asked: (Transaction | string)[] = [];
    const gate: Gate = {
      holds: async (each) => asked.push(each) > 2,
      passed: () => void asked.push('passed'),
    };
    expect(await passing(gate)).toEqual(all.slice(0, 1));
    // Each is judged when what is in front of it has gone on, and not before.
    expect(asked).toEqual([all[0], 'passed', all[1]]);
    expect(released).toEqual([2]);
  });

  test('passes nothing on that could not be judged', async () => {
    const gate: Gate = { holds: () => Promise.reject(new Error('no answer')), passed: () => undefined };
    await expect(passing(gate)).rejects.toThrow('no answer');
    expect(released).toEqual([1]);
  });
});
