import type { Command } from 'commander';
import { parseGtids } from '../../daemon/applied.js';
import { askControl } from '../../daemon/control.js';
import { parseHalt } from '../../daemon/halt.js';
import { parseGtid } from '../../daemon/skip.js';
import { controlPath } from '../../daemon/state-folder.js';
import { addControlOptions, ask, type ControlOptions, stateDirOf } from '../control.js';
import { addCommonOptions, durationMs } from '../options.js';
import type { Registration } from '../registration.js';
import { askReplica, askReplicas, showReplicas, showSources } from '../replica.js';
import { skipStored } from '../skip-stored.js';

const HELP = `
They talk to the \`rowtide run\` of the configuration, and are about its pipelines into replicas: all, or that of --pipeline.

Examples:
  $ rowtide replica status --config rowtide.yaml
  $ rowtide replica pause --config rowtide.yaml --pipeline shard-3`;

const STATUS_HELP = `
LAG is the age of the oldest commit that was read and is not on the target yet. Numbers count since rowtide began. An error
names the row, the table and the transaction; its pipeline goes on by itself, or with \`resume\` where it has failed.

Examples:
  $ rowtide replica status --config rowtide.yaml
  $ rowtide replica status --state /var/lib/rowtide --json | jq '.[] | {name, state, lagMs, counters}'`;

const SKIP_HELP = `
Its changes are not made on the target, and count as made. For a transaction that stops the replica and is not wanted. When
no rowtide runs, it is marked as done in the target itself, which takes --config.

Example:
  $ rowtide replica skip 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml --pipeline shard-3`;

const UNTIL_HELP = `
What has been read already is still applied: pause first where it must be exact. \`resume\` goes on behind it.

Examples:
  $ rowtide replica pause --config rowtide.yaml --pipeline shard-3
  $ rowtide replica until 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml --pipeline shard-3`;

const WAIT_HELP = `
Ends when all of it is committed on the target, where the next statement of anybody sees it; with 75 when that takes too
long. It answers while the replica runs only.

Example:
  $ rowtide replica wait 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --timeout 2s --config rowtide.yaml`;

interface WaitOptions extends ControlOptions {
  /** Milliseconds. */
  readonly timeout: number;
}

export function registerReplica(program: Command, { run }: Registration): void {
  const replica = program
    .command('replica')
    .summary('show and steer the replicas of a running rowtide')
    .description('Shows and steers the replicas of a running rowtide.')
    .addHelpText('after', HELP);
  const add = (usage: string, description: string, help = ''): Command =>
    addCommonOptions(addControlOptions(replica.command(usage).description(description)))
      .option('--pipeline <name>', 'the one of that name')
      .addHelpText('after', help);

  add('status', 'Shows sources, workers, lag, and errors with the row that they are about.', STATUS_HELP).action(
    (options: ControlOptions) => run(() => showReplicas(options)),
  );
  for (const command of ['pause', 'resume'] as const) {
    const what =
      command === 'pause' ? 'Lets replicas finish what they have read, and stand still.' : 'Lets them go on.';
    add(command, what).action((options: ControlOptions) =>
      run(() => askReplicas(options, (pipeline) => ({ command, pipeline }))),
    );
  }
  add('skip <gtid>', 'Leaves out one transaction, and goes on behind it.', SKIP_HELP).action(
    (gtid: string, options: ControlOptions) => run(() => skip(gtid, options)),
  );
  add(
    'until <gtid>',
    'Goes on, and stands still right behind a transaction, or behind all of a set.',
    UNTIL_HELP,
  ).action((gtid: string, options: ControlOptions) =>
    run(async () => {
      parseHalt(gtid);
      await askReplica(options, (pipeline) => ({ command: 'until', gtid, pipeline }));
    }),
  );
  add('wait <gtid>', 'Waits until a transaction, or all of a set, can be read on the target.', WAIT_HELP)
    .option('--timeout <time>', 'how long', durationMs, 10_000)
    .action((gtid: string, options: WaitOptions) => run(() => waitFor(gtid, options)));
}

async function waitFor(gtid: string, { timeout, ...options }: WaitOptions): Promise<void> {
  parseGtids(gtid);
  const { pipeline = null } = options;
  showSources(await ask(options, { command: 'wait', gtid, timeoutMs: timeout, pipeline }), options);
}

async function skip(gtid: string, options: ControlOptions): Promise<void> {
  parseGtid(gtid);
  const isRunning = (await askControl(controlPath(stateDirOf(options)), { command: 'status' })) !== null;
  if (isRunning) await askReplica(options, (pipeline) => ({ command: 'skip', gtid, pipeline }));
  else await skipStored(gtid, options);
}
