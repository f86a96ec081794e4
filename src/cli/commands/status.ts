import type { Command } from 'commander';
import { addControlOptions, ask, type ControlOptions } from '../control.js';
import { addCommonOptions, colorsFor } from '../options.js';
import { statusTable } from '../print/status.js';
import type { Registration } from '../registration.js';

const HELP = `
Examples:
  $ rowtide status --config rowtide.yaml
  $ rowtide status --state /var/lib/rowtide --json | jq '.[].position'`;

export function registerStatus(program: Command, { run }: Registration): void {
  const command = program
    .command('status')
    .summary('show the pipelines of a running rowtide')
    .description('Shows the pipelines of a running rowtide: their state, how far they got, and what is wrong.');
  addCommonOptions(addControlOptions(command))
    .addHelpText('after', HELP)
    .action((options: ControlOptions) => run(async () => show(await ask(options, { command: 'status' }), options)));
}

type Shown = Awaited<ReturnType<typeof ask>>;

export function show(pipelines: Shown, options: ControlOptions): void {
  const text = options.json
    ? `${JSON.stringify(pipelines, null, 2)}\n`
    : statusTable(pipelines, colorsFor(options, process.stdout));
  process.stdout.write(text);
}
