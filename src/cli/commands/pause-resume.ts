import type { Command } from 'commander';
import { addControlOptions, ask, type ControlOptions } from '../control.js';
import { addCommonOptions } from '../options.js';
import type { Registration } from '../registration.js';
import { show } from './status.js';

const COMMANDS = [
  {
    name: 'pause',
    summary: 'let pipelines of a running rowtide stand still',
    description: 'Lets pipelines of a running rowtide finish what they have read, and then stand still.',
    help: 'A paused pipeline keeps no connection. Its source must keep its log for as long as the pause lasts.',
  },
  {
    name: 'resume',
    summary: 'let paused pipelines go on',
    description: 'Lets pipelines that were paused, or have failed, go on.',
    help: 'Also starts a pipeline again that has failed, as long as others of the same rowtide still run.',
  },
] as const;

export function registerPauseAndResume(program: Command, { run }: Registration): void {
  for (const { name, summary, description, help } of COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(description)
      .option('--pipeline <name>', 'only this one');
    const examples = `
Examples:
  $ rowtide ${name} --config rowtide.yaml
  $ rowtide ${name} --config rowtide.yaml --pipeline shop-to-kafka`;
    addCommonOptions(addControlOptions(command))
      .addHelpText('after', `\n${help}\n${examples}`)
      .action((options: ControlOptions) =>
        run(async () => show(await ask(options, { command: name, pipeline: options.pipeline ?? null }), options)),
      );
  }
}
