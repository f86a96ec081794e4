import type { Command } from 'commander';
import { parsePoint } from '../../config/point.js';
import { addCommonOptions, positiveInteger } from '../options.js';
import type { RecoverOptions } from '../recover.js';
import type { Registration } from '../registration.js';

const HELP = `
ARCHIVE is a folder with the binary log files of the lost server (of a relay, of rowtide inspect --raw, or its own), or
the files in their order. The target is a MySQL with gtid_mode=ON that was restored from a copy with its GTIDs
(mysqldump --set-gtid-purged=ON, the clone plugin): what it has already is left out, all that follows is applied under
its own GTIDs. Nobody else should write to it meanwhile.

A place is one of
  <uuid>:1-23,…                  a GTID set: everything up to the last of them that is missing
  2026-11-20 10:15:00            a time, local or with Z or +01:00; what was committed before it
  binlog.000007:1234             a file and the position of a transaction; what lies before it
  now                            all that the archive has

The archive is read once before anything is applied: the plan is printed, and where the archive does not come as far as
the GTIDs that are asked for, nothing is done. Begun again after an error or a kill, it goes on where it was.

Examples:
  $ rowtide recover ./relay/shop --to '2026-11-20 10:15:00' --target mysql://root@restored:3306 --dry-run
  $ rowtide recover ./relay/shop --to 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-4711 --target mysql://root@restored:3306`;

export function registerRecover(program: Command, { run }: Registration): void {
  const command = program
    .command('recover')
    .summary('bring a restored copy up to a point in time')
    .description('Applies what an archive of log files has and a restored copy lacks, up to a place.')
    .argument('<archive...>', 'a folder of binary log files, or the files')
    .requiredOption('--to <place>', 'where to end', parsePoint)
    .requiredOption('--target <url>', 'the restored server, as mysql://user@host:port')
    .option('-n, --dry-run', 'say what would be done, and do nothing')
    .option('--workers <n>', 'connections that apply transactions at the same time', positiveInteger)
    .option('--password-file <file>', 'read the password from this file')
    .option('-p, --ask-password', 'ask for the password')
    .option('--spool <dir>', 'where transactions too large for memory wait for their commit');
  addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((archive: string[], options: RecoverOptions) =>
      run(async () => (await import('../recover.js')).recover(archive, options)),
    );
}
