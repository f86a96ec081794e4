import type { Colors } from 'picocolors/types.js';
import type { PipelineStatus } from '../../daemon/status.js';
import { visible } from '../../format/visible.js';
import { tableLines } from './table.js';

const HEAD = ['PIPELINE', 'STATE', 'TRANSACTIONS', 'LAST COMMIT', 'LAG', 'SOURCE', 'SINK', 'POSITION'];
const POSITION_CHARACTERS_MAX = 60;

/** A table with a line for each pipeline, and beneath it what is wrong with whom. */
export function statusTable(pipelines: readonly PipelineStatus[], colors: Colors): string {
  const errors = pipelines.flatMap(({ name, error }) =>
    error === null ? [] : [colors.red(visible(`${name}: ${error}`))],
  );
  return `${[...tableLines([HEAD, ...pipelines.map(cellsOf)], colors), ...errors].join('\n')}\n`;
}

function cellsOf({ name, state, transactions, committedAt, lagMs, source, sink, position }: PipelineStatus): string[] {
  const cells = [
    name,
    state,
    String(transactions),
    committedAt ?? '-',
    lagText(lagMs),
    source,
    sink,
    shortened(position ?? '-'),
  ];
  return cells.map(visible);
}

/** Seconds; a dash where it is not known. */
export function lagText(lagMs: number | null): string {
  return lagMs === null ? '-' : `${(lagMs / 1000).toFixed(lagMs < 100_000 ? 1 : 0)} s`;
}

export function shortened(position: string): string {
  return position.length <= POSITION_CHARACTERS_MAX ? position : `${position.slice(0, POSITION_CHARACTERS_MAX)}…`;
}
