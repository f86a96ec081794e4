import type { Command } from 'commander';
import { askControl } from '../../daemon/control.js';
import { parseGtid } from '../../daemon/skip.js';
import { controlPath } from '../../daemon/state-folder.js';
import { addControlOptions, type ControlOptions, stateDirOf } from '../control.js';
import { addCommonOptions } from '../options.js';
import type { Registration } from '../registration.js';
import { skipStored } from '../skip-stored.js';
import { show } from './status.js';

const HELP = `
The changes of the transaction are lost to the sink. For one that stops a pipeline and is not wanted. When no rowtide runs,
it is marked as done in the checkpoint of the pipeline that --pipeline names, or, with --config, in a sink that keeps its own.

Example:
  $ rowtide skip 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml --pipeline shop-to-kafka`;

export function registerSkip(program: Command, { run }: Registration): void {
  const command = program
    .command('skip')
    .summary('leave out one transaction')
    .description('Leaves out one transaction, and lets its pipeline go on behind it.')
    .argument('<gtid>', 'the transaction')
    .option('--pipeline <name>', 'the pipeline; needed where there are several');
  addCommonOptions(addControlOptions(command))
    .addHelpText('after', HELP)
    .action((gtid: string, options: ControlOptions) => run(() => skip(gtid, options)));
}

async function skip(gtid: string, options: ControlOptions): Promise<void> {
  parseGtid(gtid);
  const { pipeline = null } = options;
  const reply = await askControl(controlPath(stateDirOf(options)), { command: 'skip', gtid, pipeline });
  if (reply !== null) show(reply.pipelines, options);
  else await skipStored(gtid, options);
}
