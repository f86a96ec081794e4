import type { Part } from './parts.js';
import type { RoundResult } from './round.js';
import { STAGES } from './stages.js';

/** A part's results for a person. */
export function summary(part: Part, results: readonly RoundResult[], failures: readonly string[]): string {
  const faults = sum(results, (result) => result.faults);
  const seconds = sum(results, (result) => result.seconds);
  const lines = [`${part.name}: ${faults} ${part.what}, ${seconds.toFixed(0)} s`];
  for (const sink of part.sinks) {
    const changes = sum(results, ({ verdicts }) => verdicts[sink]?.changes ?? 0);
    const repeats = sum(results, ({ verdicts }) => verdicts[sink]?.repeats ?? 0);
    const lost = sum(results, ({ verdicts }) => sum(verdicts[sink]?.findings ?? [], ({ count }) => count));
    const verdict = part.breakage === undefined ? `${lost} violations` : `${lost} violations, as it must be`;
    lines.push(`  ${sink.padEnd(6)} ${changes} changes, ${repeats} repeats, ${lost === 0 ? 'no violations' : verdict}`);
  }
  const hits = ([...STAGES, 'untold'] as const)
    .map((stage) => [stage, sum(results, ({ stages }) => stages[stage] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  if (hits.length > 0) lines.push(`  killed while ${hits.map(([stage, count]) => `${stage} ${count}`).join(', ')}`);
  lines.push(...failures.map((failure) => `  FAILED: ${failure}`));
  return `${lines.join('\n')}\n`;
}

function sum<T>(items: readonly T[], numberOf: (item: T) => number): number {
  return items.reduce((total, item) => total + numberOf(item), 0);
}
