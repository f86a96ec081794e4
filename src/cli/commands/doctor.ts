import { type Command, Option } from 'commander';
import type { DoctorOptions } from '../doctor.js';
import { addCommonOptions, collected, positiveInteger } from '../options.js';
import type { Registration } from '../registration.js';

const HELP = `
Each line is ok, a warning or an error, with the statements that mend it in the syntax of the server's version. Nothing is
changed. Exit code: 0 without errors, 1 with some, 69 if the server cannot be reached.

Examples:
  $ rowtide doctor mysql://cdc@db1:3306
  $ rowtide doctor mysql://cdc@db1 --include 'shop.*' --checkpoint state/shop-to-kafka.checkpoint.json
  $ rowtide doctor mysql://cdc@db1 --format json | jq -r '.findings[].fix.sql[]?'`;

export function registerDoctor(program: Command, { run }: Registration): void {
  const command = program
    .command('doctor')
    .summary('check what a server lacks for a stream')
    .description('Checks a server for everything that a stream of its changes needs.')
    .argument('<server>', 'mysql://user@host:port')
    .option('--include <tables>', 'tables that are to be streamed: shop.*, *.orders or /regex/ (repeatable)', collected)
    .option('--exclude <tables>', 'tables that are not (repeatable)', collected)
    .option('--checkpoint <file>', 'where the stream is to go on')
    .option('--server-id <n>', 'what the reader is to be known by', positiveInteger)
    .addOption(new Option('--format <format>', 'form of the output').choices(['text', 'json']).default('text'))
    .option('--password-file <file>', 'read the password from this file')
    .option('-p, --ask-password', 'ask for the password');
  addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((server: string, options: DoctorOptions) =>
      run(async () => (await import('../doctor.js')).doctor(server, options)),
    );
}
