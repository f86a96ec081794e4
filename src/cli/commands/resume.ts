import type { Command } from 'commander';
import { addControlOptions, ask, type ControlOptions } from '../control.js';
import { addCommonOptions } from '../options.js';
import type { Registration } from '../registration.js';
import { show } from './status.js';

const HELP = `
Also starts a pipeline again that has failed, as long as others of the same rowtide still run.

Examples:
  $ rowtide resume --config rowtide.yaml
  $ rowtide resume --config rowtide.yaml --pipeline shop-to-kafka`;

export function registerResume(program: Command, { run }: Registration): void {
  const command = program
    .command('resume')
    .summary('let paused pipelines go on')
    .description('Lets pipelines that were paused, or have failed, go on.')
    .option('--pipeline <name>', 'only this one');
  addCommonOptions(addControlOptions(command))
    .addHelpText('after', HELP)
    .action((options: ControlOptions) =>
      run(async () => show(await ask(options, { command: 'resume', pipeline: options.pipeline ?? null }), options)),
    );
}
