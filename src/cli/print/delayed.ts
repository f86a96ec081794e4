import type { Colors } from 'picocolors/types.js';
import type { DelayedStatus, NotableStatus } from '../../daemon/delayed/status.js';
import type { PipelineStatus } from '../../daemon/status.js';
import { visible } from '../../format/visible.js';
import { tableLines } from './table.js';

const HEAD = ['TRANSACTION', 'RELEASED AT', 'GUARD', 'WHAT'];
const WHAT_CHARACTERS_MAX = 100;

/** A block for each: how late it is and what is next, what is wrong, and what of all that waits is worth a line. */
export function delayedText(pipelines: readonly PipelineStatus[], colors: Colors): string {
  const blocks = pipelines.flatMap((status) =>
    status.delayed === undefined ? [] : [blockOf(status, status.delayed, colors).join('\n')],
  );
  return `${blocks.join('\n\n')}\n`;
}

function blockOf(status: PipelineStatus, delayed: DelayedStatus, colors: Colors): string[] {
  const { name, state, position, error, errorCode, errorHint } = status;
  const { next, held, notes, notable, unlisted } = delayed;
  const lines = [
    colors.bold(visible(`${name}: ${state}, ${modeText(delayed)}; ${waitingText(delayed)}`)),
    `  applied   ${visible(position ?? '-')}`,
  ];
  if (next !== null) {
    lines.push(
      `  next      ${visible(next.transaction)}, ${bytesText(next.bytes)}, committed ${next.committedAt}, released ${next.releaseAt}`,
    );
  }
  lines.push(`  clock     ${clockText(delayed)}`);
  if (held !== null) {
    lines.push(colors.red(visible(`  HELD      before ${held.transaction} (${held.rule}): ${shortened(held.what)}`)));
  }
  for (const note of notes) lines.push(visible(`  note      ${note}`));
  if (error !== null) lines.push(colors.red(visible(`  error     ${errorCode ?? 'INTERNAL'}: ${error}`)));
  if (errorHint !== null && error !== null) lines.push(visible(`            ${errorHint}`));
  if (notable.length > 0) lines.push('', ...tableLines([HEAD, ...notable.map(cellsOf)], colors));
  if (unlisted > 0) lines.push(`and ${unlisted} more`);
  return lines;
}

function cellsOf({ transaction, releaseAt, rule, isAllowed, what }: NotableStatus): string[] {
  const guard = rule === null ? '-' : isAllowed ? `${rule}, let through` : rule;
  return [transaction, releaseAt, guard, shortened(what.join('; '))].map(visible);
}

function modeText({ mode, delayMs }: DelayedStatus): string {
  switch (mode) {
    case 'delayed':
      return `${durationText(delayMs)} late`;
    case 'until':
      return 'applying up to a place at once';
    case 'catch-up':
      return 'catching up';
  }
}

function waitingText({ isIdle, waiting }: DelayedStatus): string {
  if (isIdle) return 'idle, nothing waits';
  const { transactions, bytes } = waiting;
  return `${transactions} transaction${transactions === 1 ? '' : 's'} wait${transactions === 1 ? 's' : ''}, ${bytesText(bytes)}`;
}

function clockText({ sourceAheadMs, sourceAheadErrorMs }: DelayedStatus): string {
  if (sourceAheadMs === null) return 'that of the source is not known';
  const error = sourceAheadErrorMs === null ? '' : `, give or take ${sourceAheadErrorMs.toFixed(1)} ms`;
  return `the source is ${Math.abs(sourceAheadMs).toFixed(1)} ms ${sourceAheadMs < 0 ? 'behind' : 'ahead of'} us${error}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** The largest unit that says it whole: 1h, 90m, 500ms. */
function durationText(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms > 0 && ms % each === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

function shortened(text: string): string {
  return text.length <= WHAT_CHARACTERS_MAX ? text : `${text.slice(0, WHAT_CHARACTERS_MAX)}…`;
}
