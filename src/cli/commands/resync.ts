import type { Command } from 'commander';
import { addControlOptions, ask, type ControlOptions } from '../control.js';
import { addCommonOptions, colorsFor } from '../options.js';
import { resyncText } from '../print/resync.js';
import type { Registration } from '../registration.js';

const HELP = `
For each pipeline of a running rowtide: whether its last start went on from its position (partial), from a relay although
the source has purged what came next (relay), or whether the data have to be copied again (full), why, and how; and how
long the source keeps what the pipeline would need if it started there again.

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
  const all = await ask(options, { command: 'status' });
  const pipelines = all.filter(({ name }) => options.pipeline === undefined || name === options.pipeline);
  const text = options.json
    ? `${JSON.stringify(
        pipelines.map(({ name, resync }) => ({ name, ...resync })),
        null,
        2,
      )}\n`
    : resyncText(pipelines, colorsFor(options, process.stdout));
  process.stdout.write(text);
}
