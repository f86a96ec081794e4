import { expect } from 'vitest';
import { Random, seedOf } from '../roundtrip/random.js';
import { needs } from '../servers/suite.js';
import { killSemiSync } from './kills.js';
import { SEMI_SYNC_SOURCES } from './sources.js';

/** `npm run torture -- semi-sync` has 2,000 commits, 50 kills of ours and 20 of the source, on MariaDB as well. */
needs('own').describe('a semi-sync relay under kill -9', () => {
  const [kind] = SEMI_SYNC_SOURCES;
  const sample = () => ({
    kind: kind!,
    random: new Random(seedOf('kills of semi-sync relays')),
    clients: 16,
    commits: 100,
    kills: 3,
    restarts: 1,
  });

  needs('own').test('has every commit that a client saw as done, once', async () => {
    const { lost, doubled, different, committed } = await killSemiSync(sample());
    expect({ lost, doubled, different }).toEqual({ lost: [], doubled: [], different: [] });
    expect(committed).toBeGreaterThanOrEqual(100);
  });

  needs('own').test('the same is noticed of one that acknowledges before it writes', async () => {
    const { lost } = await killSemiSync({ ...sample(), acksFirst: true, commits: 40, kills: 2, restarts: 0 });
    expect(lost).not.toEqual([]);
  });
});
