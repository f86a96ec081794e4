import { type Command, InvalidArgumentError } from 'commander';
import { parsePlace } from '../../daemon/delayed/place.js';
import { parseGtid } from '../../daemon/skip.js';
import { DELAY_MS_MAX } from '../../pipeline/delayed.js';
import { addControlOptions, type ControlOptions } from '../control.js';
import { askDelayed, showDelayed } from '../delayed.js';
import { addCommonOptions, durationMs as shortDurationMs } from '../options.js';
import type { Registration } from '../registration.js';

const HELP = `
They talk to the \`rowtide run\` of the configuration, and are about its pipeline into a delayed-replica: the only one, or that
of --pipeline. A table was dropped? docs/runbooks/dropped-table.md says what to do, step by step.

Examples:
  $ rowtide delayed status --config rowtide.yaml
  $ rowtide delayed apply --until 'before:DROP TABLE shop.orders' --config rowtide.yaml`;

const STATUS_HELP = `
What waits is read ahead: how much it is, and each transaction of it that has a statement, deletes 10,000 rows of a table or
more, or breaks a rule of the guard, with the time at which it is released.

Examples:
  $ rowtide delayed status --config rowtide.yaml
  $ rowtide delayed status --config rowtide.yaml --json | jq '.[].delayed.notable'`;

const RESUME_HELP = `
Where the guard holds it, it takes the transaction's GTID: that one is let through, now and after every restart.

Examples:
  $ rowtide delayed resume --config rowtide.yaml
  $ rowtide delayed resume 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml`;

const APPLY_HELP = `
All that lies before the place is applied at once, the place itself is not, and the replica then stands still, also after a
restart. The place is a GTID, a time that is past, or \`before:\` and a statement that waits; of its tables the schema may be
left out, and DELETE FROM TABLE is a big delete. The guard holds it before that where a rule is broken earlier.

Examples:
  $ rowtide delayed apply --until 'before:DROP TABLE shop.orders' --config rowtide.yaml
  $ rowtide delayed apply --until 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml
  $ rowtide delayed apply --until '2026-11-20 10:15:00' --config rowtide.yaml`;

const SKIP_HELP = `
Its changes are not made on the replica, and count as made: in mode binlog an empty transaction is written under its GTID.
The replica goes on behind it.

Example:
  $ rowtide delayed skip 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --config rowtide.yaml`;

const CATCH_UP_HELP = `
All that is in the log when it begins is applied at once; then the replica is late again. The guard holds it as ever.

Example:
  $ rowtide delayed catch-up --config rowtide.yaml`;

const DELAY_HELP = `
What waits gets the new delay at once. It holds until rowtide is started anew: for good it is set in the configuration.

Example:
  $ rowtide delayed delay 30m --config rowtide.yaml`;

export function registerDelayed(program: Command, { run }: Registration): void {
  const delayed = program
    .command('delayed')
    .summary('show and steer a replica that is late on purpose')
    .description('Shows and steers the delayed replica of a running rowtide.')
    .addHelpText('after', HELP);
  const add = (usage: string, description: string, help = ''): Command =>
    addCommonOptions(addControlOptions(delayed.command(usage).description(description)))
      .option('--pipeline <name>', 'the one of that name')
      .addHelpText('after', help);

  add('status', 'Shows what waits, what is next and when, and what the guard holds.', STATUS_HELP).action(
    (options: ControlOptions) => run(() => showDelayed(options)),
  );
  add('pause', 'Lets it stand still, until a person lets it go on.').action((options: ControlOptions) =>
    run(() => askDelayed(options, (pipeline) => ({ command: 'pause', pipeline }))),
  );
  add('resume [gtid]', 'Lets it go on, late; with a GTID also past the guard.', RESUME_HELP).action(
    (transaction: string | undefined, options: ControlOptions) =>
      run(() =>
        askDelayed(options, (pipeline) =>
          transaction === undefined
            ? { command: 'resume', pipeline }
            : { command: 'allow', transaction: transaction.trim(), pipeline },
        ),
      ),
  );
  add('apply', 'Applies all that lies before a place at once, and stands still there.', APPLY_HELP)
    .requiredOption('--until <place>', 'a GTID, a time, or before:STATEMENT')
    .action((options: ControlOptions & { readonly until: string }) =>
      run(async () => {
        parsePlace(options.until);
        await askDelayed(options, (pipeline) => ({ command: 'apply', before: options.until, pipeline }));
      }),
    );
  add('skip <gtid>', 'Leaves out one transaction, and goes on behind it.', SKIP_HELP).action(
    (gtid: string, options: ControlOptions) =>
      run(async () => {
        parseGtid(gtid);
        await askDelayed(options, (pipeline) => ({ command: 'skip', gtid, pipeline }));
      }),
  );
  add('catch-up', 'Applies all that waits at once, and is late again then.', CATCH_UP_HELP).action(
    (options: ControlOptions) => run(() => askDelayed(options, (pipeline) => ({ command: 'catch-up', pipeline }))),
  );
  add('delay', 'Changes how late it is, while it runs.', DELAY_HELP)
    .argument('<time>', 'such as 30s, 90m, 1h or 2d', delayMs)
    .action((ms: number, options: ControlOptions) =>
      run(() => askDelayed(options, (pipeline) => ({ command: 'delay', delayMs: ms, pipeline }))),
    );
}

function delayMs(text: string): number {
  const [, value, unit] = /^(\d+)([hd])$/.exec(text) ?? [];
  const ms = value === undefined ? shortDurationMs(text) : Number(value) * (unit === 'h' ? 3_600_000 : 86_400_000);
  if (ms > DELAY_MS_MAX) throw new InvalidArgumentError('It is at most 2147483647 s.');
  return ms;
}
