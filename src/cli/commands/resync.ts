import type { Command } from 'commander';
import { askControl } from '../../daemon/control.js';
import { controlPath } from '../../daemon/state-folder.js';
import { addControlOptions, type ControlOptions, stateDirOf } from '../control.js';
import { type ExplainedStart, explainStored } from '../explain.js';
import { addCommonOptions, colorsFor } from '../options.js';
import { resyncText } from '../print/resync.js';
import type { Registration } from '../registration.js';

const HELP = `
For each pipeline of a running rowtide: whether its last start went on from its position (partial), from a relay although
the source has purged what came next (relay), or whether the data have to be copied again (full), why, and how; and how
long the source keeps what the pipeline would need if it started there again. While no rowtide runs, with --config: what a
start would mean now.

Example:
  $ rowtide resync --explain --config rowtide.yaml`;

export function registerResync(program: Command, { run }: Registration): void {
  const command = program
    .command('resync')
    .summary('say whether pipelines can go on from where they are')
    .description('Says whether pipelines can go on from where they are. Nothing is changed.')
    .requiredOption('--explain', 'say it, and why')
    .option('--pipeline <name>', 'the one of that name');
  addCommonOptions(addControlOptions(command))
    .addHelpText('after', HELP)
    .action((options: ControlOptions) => run(() => explain(options)));
}

async function explain(options: ControlOptions): Promise<void> {
  const all = await starts(options);
  const pipelines = all.filter(({ name }) => options.pipeline === undefined || name === options.pipeline);
  const text = options.json
    ? `${JSON.stringify(
        pipelines.map(({ name, resync, unknown }) => ({ name, ...resync, ...(unknown !== undefined && { unknown }) })),
        null,
        2,
      )}\n`
    : resyncText(pipelines, colorsFor(options, process.stdout));
  process.stdout.write(text);
}

/** Of the rowtide that runs; else as they would be. */
async function starts(options: ControlOptions): Promise<readonly ExplainedStart[]> {
  const running = await askControl(controlPath(stateDirOf(options)), { command: 'status' });
  return running?.pipelines ?? explainStored(options);
}
