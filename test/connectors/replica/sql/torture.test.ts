/** A sample of `npm run torture -- replica-sql`. */
import { expect } from 'vitest';
import { needs } from '../../../servers/suite.js';
import { runReplicaRound } from '../../../torture/replica/parts.js';

const PLAN = { 'kill ours': 3, 'kill target': 1, 'kill source': 1, 'cut target': 1, 'cut source': 1 };

needs('own').test(
  'nothing is lost or done twice by kills of ours, of the source and the target, and by cuts',
  async () => {
    const { error, faults } = await runReplicaRound({ mode: 'sql', flavour: 'mysql' }, { seed: 'suite', plan: PLAN });
    expect(error).toBeNull();
    expect(faults).toBeGreaterThanOrEqual(7);
  },
  300_000,
);
