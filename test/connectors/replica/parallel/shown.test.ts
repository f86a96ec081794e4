import { SinkStats } from 'rowtide';
import { expect, test } from 'vitest';
import { shownIn } from '../../../../connectors/replica/parallel/shown.js';
import type { Unit } from '../../../../connectors/replica/parallel/units.js';
import { type Worker, Workers } from '../../../../connectors/replica/parallel/workers.js';
import { transaction } from '../../../transform/stream.js';

test('what workers do is shown while they do it, and counted when it is done', async () => {
  const stats = new SinkStats();
  const seen: string[] = [];
  const see = (): void =>
    void seen.push(stats.workers.map(({ doing, transaction: at }) => `${doing} ${at?.span.start ?? '-'}`).join(', '));
  let isLocked = true;
  const worker: Worker<Unit> = {
    async apply() {
      see();
      if (!isLocked) return 'applied';
      isLocked = false;
      throw new Error('locked');
    },
    commit: async () => see(),
    rollBack: async () => see(),
  };
  const workers = new Workers([worker], { ordered: true, failureOf: () => 'locked', watch: shownIn(stats) });
  await workers.run(async function* () {
    yield { first: 1, last: 2, after: 0, transactions: [transaction(7), transaction(8)], isAlone: false };
  }, 0);
  expect(seen).toEqual(['applying 700', 'rolling back 700', 'applying 700', 'committing 700']);
  expect(stats.workers.map(({ doing, transaction: at, counters }) => ({ doing, at, counters }))).toEqual([
    { doing: 'idle', at: null, counters: { retries: 1, transactions: 2 } },
  ]);
});
