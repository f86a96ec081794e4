import type { SinkStats } from 'rowtide';
import type { Unit } from './units.js';
import type { Doing } from './workers.js';

/** Shows what workers do, and counts what they have done. */
export function shownIn(stats: SinkStats): (worker: number, doing: Doing, unit: Unit) => void {
  return (index, doing, { transactions }) => {
    const worker = stats.worker(index);
    worker.doing = doing;
    worker.transaction = doing === 'idle' ? null : (transactions[0] ?? null);
    if (doing === 'idle') worker.count('transactions', transactions.length);
    if (doing === 'rolling back') worker.count('retries');
  };
}
