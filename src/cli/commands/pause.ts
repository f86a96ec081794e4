import type { Command } from 'commander';
import { addControlOptions, ask, type ControlOptions } from '../control.js';
import { addCommonOptions } from '../options.js';
import type { Registration } from '../registration.js';
import { show } from './status.js';

const HELP = `
A paused pipeline keeps no connection. Its source must keep its log for as long as the pause lasts.

Examples:
  $ rowtide pause --config rowtide.yaml
  $ rowtide pause --config rowtide.yaml --pipeline shop-to-kafka`;

export function registerPause(program: Command, { run }: Registration): void {
  const command = program
    .command('pause')
    .summary('let pipelines of a running rowtide stand still')
    .description('Lets pipelines of a running rowtide finish what they have read, and then stand still.')
    .option('--pipeline <name>', 'only this one');
  addCommonOptions(addControlOptions(command))
    .addHelpText('after', HELP)
    .action((options: ControlOptions) =>
      run(async () => show(await ask(options, { command: 'pause', pipeline: options.pipeline ?? null }), options)),
    );
}
