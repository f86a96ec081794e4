import type { Colors } from 'picocolors/types.js';
import type { PipelineStatus } from '../../daemon/status.js';
import { visible } from '../../format/visible.js';
import { lagText, shortened } from './status.js';
import { tableLines } from './table.js';

const HEAD = ['SOURCE', 'STATE', 'LAG', 'TRANSACTIONS', 'RETRIES', 'SERVER', 'UNTIL', 'POSITION'];

/** A line for each source, then for each its workers and what it counts, and what is wrong with it and what helps. */
export function replicaText(sources: readonly PipelineStatus[], colors: Colors): string {
  const blocks = [tableLines([HEAD, ...sources.map(cellsOf)], colors)];
  for (const source of sources) blocks.push(workerLines(source, colors), errorLines(source, colors));
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function cellsOf(status: PipelineStatus): string[] {
  const { name, state, lagMs, transactions, retries, source, until, position } = status;
  const numbers = [transactions, retries].map(String);
  const cells = [name, state, lagText(lagMs), ...numbers, source, shortened(until ?? '-'), shortened(position ?? '-')];
  return cells.map(visible);
}

function workerLines({ name, workers, counters }: PipelineStatus, colors: Colors): string[] {
  const counted = Object.entries(counters).map(([what, count]) => `${count} ${what}`);
  const sum = counted.length === 0 ? [] : [visible(`${name}: ${counted.join(', ')}`)];
  if (workers.length === 0) return sum;
  const names = [...new Set(workers.flatMap((worker) => Object.keys(worker.counters)))];
  const head = [`${name}: WORKER`, 'DOING', ...names.map((each) => each.toUpperCase()), 'TRANSACTION'];
  const rows = workers.map((worker, index) => [
    String(index + 1),
    worker.doing,
    ...names.map((each) => String(worker.counters[each] ?? 0)),
    worker.transaction ?? '-',
  ]);
  return [
    ...tableLines(
      [head, ...rows].map((row) => row.map(visible)),
      colors,
    ),
    ...sum,
  ];
}

function errorLines({ name, error, errorCode, errorHint }: PipelineStatus, colors: Colors): string[] {
  if (error === null) return [];
  const code = errorCode === null ? '' : `${errorCode}: `;
  const lines = [colors.red(visible(`${name}: ${code}${error}`))];
  return errorHint === null ? lines : [...lines, visible(`  hint: ${errorHint}`)];
}
