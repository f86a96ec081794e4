import type { Colors } from 'picocolors/types.js';
import { SENTENCES } from '../../daemon/resync.js';
import { size, span } from '../../doctor/syntax.js';
import { visible } from '../../format/visible.js';
import type { ExplainedStart } from '../explain.js';

/** For each pipeline what its start meant, why, and what to do. */
export function resyncText(pipelines: readonly ExplainedStart[], colors: Colors): string {
  return `${pipelines.flatMap((each) => linesOf(each, colors)).join('\n')}\n`;
}

function linesOf({ name, resync, unknown }: ExplainedStart, colors: Colors): string[] {
  if (resync === null)
    return [visible(`${name}: not known: ${unknown ?? 'no server was asked, or it did not answer'}`)];
  const { verdict, reason, retention, hint, commands } = resync;
  const head = visible(`${name}: ${SENTENCES[verdict]}`);
  return [
    verdict === 'full' ? colors.red(head) : head,
    visible(`  ${reason}`),
    ...(retention === null ? [] : [visible(`  ${retentionText(retention)}`)]),
    ...(hint === null ? [] : [visible(`  hint: ${hint}`)]),
    ...commands.map((command) => visible(`  $ ${command}`)),
  ];
}

type Retention = NonNullable<NonNullable<ExplainedStart['resync']>['retention']>;

/** What was left when it started. */
function retentionText({ file, leftSeconds, leftBytes, behindBytes }: Retention): string {
  const left = leftSeconds === null ? 'until somebody purges it' : `for ${span(leftSeconds)} more`;
  const bytes = leftBytes === null ? '' : `, about ${size(leftBytes)} of writes`;
  return `the source keeps ${file} and what follows ${left}${bytes}; ${size(behindBytes)} were to be read from there`;
}
