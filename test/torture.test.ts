/** A tenth of `npm run torture`: one round of each part. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from './servers/suite.js';
import { failuresOf, missedStages, PARTS, type Part, runPartRound } from './torture/parts.js';
import { type RoundResult, Servers } from './torture/round.js';

const SEED = 20_261_121;

/** One sink is enough to show that each broken build is caught. */
const ONCE = ['broken-save-first-kafka', 'broken-gtid-at-event-file'];

needs('own').describe('under torture', () => {
  let servers: Servers;
  const kills: RoundResult[] = [];

  beforeAll(async () => {
    servers = await Servers.start();
  });

  afterAll(() => servers?.[Symbol.asyncDispose]());

  const round = (part: Part, number = 0): Promise<RoundResult> =>
    runPartRound(part, { servers, seed: SEED, round: number });

  for (const part of PARTS.filter(({ breakage }) => breakage === undefined)) {
    test(`nothing is lost, repeated or out of order by ${part.what}`, async () => {
      const result = await round(part);
      if (part.name.startsWith('kills')) kills.push(result);
      expect(failuresOf(part, [result])).toEqual([]);
    }, 600_000);
  }

  test('kills hit every stage', () => {
    expect(missedStages(kills)).toEqual([]);
  });

  for (const part of PARTS.filter(({ name }) => ONCE.includes(name))) {
    test(`the same is noticed of ${part.what}`, async () => {
      const results: RoundResult[] = [];
      // By chance the kills of one round may all miss what is broken.
      for (let i = 0; i < 3; i++) {
        results.push(await round(part, i));
        if (failuresOf(part, results).length === 0) break;
      }
      expect(failuresOf(part, results)).toEqual([]);
    }, 600_000);
  }
});
