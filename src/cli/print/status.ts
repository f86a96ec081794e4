import type { Colors } from 'picocolors/types.js';
import type { PipelineStatus } from '../../daemon/status.js';
import { visible } from '../../format/visible.js';

const HEAD = ['PIPELINE', 'STATE', 'TRANSACTIONS', 'LAST COMMIT', 'SOURCE', 'SINK', 'POSITION'];
const POSITION_CHARACTERS_MAX = 60;

/** A table with a line for each pipeline, and beneath it what is wrong with whom. */
export function statusTable(pipelines: readonly PipelineStatus[], colors: Colors): string {
  const rows = [HEAD, ...pipelines.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const errors = pipelines.flatMap(({ name, error }) =>
    error === null ? [] : [colors.red(visible(`${name}: ${error}`))],
  );
  return `${[colors.bold(lines[0] ?? ''), ...lines.slice(1), ...errors].join('\n')}\n`;
}

function cellsOf({ name, state, transactions, committedAt, source, sink, position }: PipelineStatus): string[] {
  const cells = [name, state, String(transactions), committedAt ?? '-', source, sink, shortened(position ?? '-')];
  return cells.map(visible);
}

function shortened(position: string): string {
  return position.length <= POSITION_CHARACTERS_MAX ? position : `${position.slice(0, POSITION_CHARACTERS_MAX)}…`;
}
