/** A sample of `npm run torture -- replica-sql`. */
import { expect } from 'vitest';
import { needs } from '../../../servers/suite.js';
import { runReplicaRound } from '../../../torture/replica.js';

needs('own').test(
  'nothing is lost or done twice by kills of ours, of the source and the target, and by cuts',
  async () => {
    const { error, faults } = await runReplicaRound('sql', { seed: 'suite', share: 0.3 });
    expect(error).toBeNull();
    expect(faults).toBe(6);
  },
  300_000,
);
