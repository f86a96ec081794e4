import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/core/source.js';
import { LookAhead } from '../../src/guard/look-ahead.js';
import type { Match } from '../../src/guard/rules.js';
import { settled, testClock } from '../pipeline/clock.js';
import { Queue } from '../pipeline/queue.js';
import { event, fromGtids, transaction, UUID } from '../transform/stream.js';

const BEGIN = fromGtids(`${UUID}:1`);
const drop = { kind: 'statement', schema: 'shop', sql: 'DROP TABLE orders', event } as const;

describe('what waits', () => {
  /** Readings of the log, each fed by hand. */
  function looking() {
    const clock = testClock();
    const readings: Queue[] = [];
    const warnings: string[] = [];
    const matches: string[] = [];
    let judged: Promise<Match | null> = Promise.resolve(null);
    const source: Source = {
      start: async () => BEGIN,
      read(_, signal) {
        readings.push(new Queue());
        return readings.at(-1)!.read(signal);
      },
    };
    const ahead = new LookAhead({
      pipeline: 'rescue',
      source,
      judge: () => judged,
      notableRows: 10,
      log: { debug() {}, info() {}, warn: (_, message) => void warnings.push(message), error() {} },
      onMatch: ({ match }) => void matches.push(match.what),
      clock,
    });
    const judging = (next: Promise<Match | null>): void => {
      judged = next;
    };
    return { ahead, clock, readings, warnings, matches, judging };
  }

  test('is counted and listed until it is handed over', async () => {
    const { ahead, readings } = looking();
    ahead.begin(BEGIN);
    readings[0]!.push(transaction(2), transaction(3, { entries: [drop] }));
    await settled();
    expect(ahead.waiting).toEqual({ transactions: 2, bytes: 200 });
    expect(ahead.notables.map(({ what }) => what)).toEqual([['DROP TABLE orders']]);
    expect(ahead.first).toMatchObject({ committedAtUs: 2_000_000 });
    for (const each of [2, 3]) ahead.passed(transaction(each));
    expect([ahead.waiting.transactions, ahead.notables, ahead.first]).toEqual([0, [], null]);
  });

  test('is looked at anew in the next life of the pipeline, also from the same place', async () => {
    const { ahead, readings } = looking();
    ahead.begin(BEGIN);
    readings[0]!.push(transaction(2));
    await settled();
    // As long as it lives, nothing is read twice.
    ahead.begin(BEGIN);
    expect(readings).toHaveLength(1);
    ahead.close();
    ahead.begin(BEGIN);
    expect(readings).toHaveLength(2);
    readings[1]!.push(transaction(2), transaction(3));
    await settled();
    expect(ahead.waiting.transactions).toBe(2);
  });

  test('that cannot be read for a while is known again when it can, also where nothing more comes', async () => {
    const { ahead, clock, readings, warnings } = looking();
    ahead.begin(BEGIN);
    for (let i = 0; i < 2; i++) {
      readings[i]!.fail(new Error('not open yet'));
      await settled();
      expect([ahead.error?.message, ahead.isAtEnd]).toEqual(['not open yet', false]);
      await clock.advance(5000);
    }
    expect(warnings).toEqual(['cannot look at what waits: trying again']);
    expect([ahead.error, ahead.isAtEnd]).toEqual([null, false]);
    await clock.advance(1001);
    expect([ahead.error, ahead.isAtEnd]).toEqual([null, true]);
  });

  test('is not called all while one is being judged', async () => {
    const { ahead, clock, readings, matches, judging } = looking();
    let answer: (match: Match | null) => void = () => undefined;
    judging(new Promise((resolve) => (answer = resolve)));
    ahead.begin(BEGIN);
    readings[0]!.push(transaction(2, { entries: [drop] }));
    await clock.advance(60_000);
    expect(ahead.isAtEnd).toBe(false);
    answer({ rule: 'drop', what: 'DROP TABLE orders' });
    await clock.advance(1001);
    expect([ahead.isAtEnd, matches]).toEqual([true, ['DROP TABLE orders']]);
  });
});
