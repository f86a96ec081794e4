import type { Command } from 'commander';
import { addControlOptions, askRelays, type ControlOptions } from '../control.js';
import { addCommonOptions, colorsFor } from '../options.js';
import { relayText } from '../print/relay.js';
import type { Registration } from '../registration.js';
import type { ReplayOptions } from '../relay-replay.js';

const HELP = `
A relay is a durable copy of a server's log: the files that the server wrote, in a folder of ours, of which pipelines read.

Examples:
  $ rowtide relay status --config rowtide.yaml
  $ rowtide relay verify /var/lib/rowtide/relay/shop
  $ rowtide relay replay /var/lib/rowtide/relay/shop --to mysql://root@new-primary --dry-run`;

const STATUS_HELP = `
END is how far the log is on the disk. Below each relay stands who reads it, and the oldest file that it still needs: no
retention removes that one. A source whose commits wait for us says whether they do, and how often it gave up waiting.`;

const VERIFY_HELP = `
Reads all files: the checksum and place of each event, and that each file begins where the one before it ended. Ends with 65
at the first damage, and says where. A relay that is written meanwhile is read up to its last whole transaction.`;

const REPLAY_HELP = `
For when the source is lost for good: what was acknowledged to its clients and had reached no replica is in the relay. The
server, of the same flavour, gets those transactions that it lacks, each under its own GTID; that it may be asked again is
safe. Writes from elsewhere must wait until it is done.`;

export function registerRelay(program: Command, { run }: Registration): void {
  const relay = program
    .command('relay')
    .summary('show, verify and replay durable copies of logs')
    .description('Shows relays, verifies what is in them, and brings their tail to a new primary.')
    .addHelpText('after', HELP);
  addCommonOptions(addControlOptions(relay.command('status').description('Shows the relays of a running rowtide.')))
    .addHelpText('after', STATUS_HELP)
    .action((options: ControlOptions) =>
      run(async () => {
        const relays = await askRelays(options);
        const text = options.json
          ? `${JSON.stringify(relays, null, 2)}\n`
          : relayText(relays, colorsFor(options, process.stdout));
        process.stdout.write(text);
      }),
    );
  addCommonOptions(
    relay.command('verify <folder>').description('Reads all of a relay, and says what is wrong with it.'),
  )
    .addHelpText('after', VERIFY_HELP)
    .action((folder: string) => run(async () => (await import('../relay-verify.js')).verify(folder)));
  addCommonOptions(relay.command('replay <folder>').description('Brings to a server what the relay has and it lacks.'))
    .requiredOption('--to <url>', 'the new primary, as mysql://user@host:port')
    .option('--dry-run', 'only list what it lacks')
    .addHelpText('after', REPLAY_HELP)
    .action((folder: string, options: ReplayOptions) =>
      run(async () => (await import('../relay-replay.js')).replay(folder, options, new AbortController().signal)),
    );
}
