import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { RowtideError } from '../../core/errors.js';
import type { AnyGtid } from '../../core/gtid.js';
import { askControl } from '../../daemon/control.js';
import { parseGtid, passedOver } from '../../daemon/skip.js';
import { checkpointPath, controlPath } from '../../daemon/state-folder.js';
import { moveStored, replacedPath } from '../../daemon/stored.js';
import { addControlOptions, type ControlOptions, stateDirOf } from '../control.js';
import { addCommonOptions } from '../options.js';
import type { Registration } from '../registration.js';
import { show } from './status.js';

const HELP = `
The changes of the transaction are lost to the sink. For one that stops a pipeline and is not wanted. When no rowtide runs,
it is marked as done in the checkpoint of the pipeline that --pipeline names.

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

async function skip(text: string, options: ControlOptions): Promise<void> {
  const gtid = parseGtid(text);
  const stateDir = stateDirOf(options);
  const { pipeline = null } = options;
  const reply = await askControl(controlPath(stateDir), { command: 'skip', gtid: text, pipeline });
  if (reply !== null) show(reply.pipelines, options);
  else await skipInCheckpoint(gtid, stateDir, pipeline);
}

async function skipInCheckpoint(gtid: AnyGtid, stateDir: string, pipeline: string | null): Promise<void> {
  const path = pipeline === null ? null : checkpointPath(stateDir, pipeline);
  if (path === null || !existsSync(path)) {
    throw new RowtideError('IO', `no rowtide runs with the state folder ${stateDir}`, {
      hint:
        path === null
          ? 'Start it, or name the pipeline with --pipeline to skip the transaction in its checkpoint.'
          : `There is no checkpoint ${path} either.`,
    });
  }
  await moveStored(path, ({ position }) => {
    const { log } = passedOver(position, [gtid]);
    if (log !== position.log) return log;
    throw new RowtideError(
      'USAGE',
      `nothing to skip: ${path} holds that transaction, or a file and an offset, or the one is not the next of its MariaDB domain`,
      {
        hint: 'See it with rowtide checkpoint show; a file and offset is moved with rowtide checkpoint set --position.',
      },
    );
  });
  process.stderr.write(`rowtide: SKIPPED in ${path}; what was there before is in ${replacedPath(path)}\n`);
}
