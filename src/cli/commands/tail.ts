import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { parsePoint } from '../../config/point.js';
import { addCommonOptions, pairs, positiveInteger } from '../options.js';
import { OUTPUT_FORMATS } from '../print/printer.js';
import { FIELD_NAMES } from '../print/template.js';
import type { Registration } from '../registration.js';
import type { TailOptions } from '../tail.js';
import { addTransformOptions } from '../transform-options.js';

const HELP = `
SOURCE is a server (mysql://user@host:port/?ssl-mode=verify-identity&ssl-ca=ca.pem), binlog files in their
order, or - for standard input.

A place is one of
  beginning                      the oldest that is still there
  now                            the end at this moment
  <uuid>:1-23,…                  a GTID set: --from reads what is not in it, --until ends behind it
  0-1-100,1-2-5                  the same of MariaDB: the last GTID of each domain
  binlog.000007:1234             a file and the position of a transaction; --until ends before it
  2026-11-20 10:15:00            a time, local or with Z or +01:00; --until ends before it

The password is taken from --password-file, from a prompt (-p), or from MYSQL_PWD.

--print knows ${FIELD_NAMES.map((name) => `%{${name}}`).join(' ')},
\\n, \\t and %%.

Examples:
  $ rowtide tail mysql://cdc@db1:3306
  $ rowtide tail mysql://cdc@db1 --from '2026-11-20 10:00' --until now --include 'shop.*'
  $ rowtide tail binlog.00000[1-9] --format json | jq .after
  $ rowtide tail mysql://cdc@db1 --from beginning -e -c 10 --print '%{table} %{op} %{pk}'
  $ rowtide tail mysql://cdc@db1 --checkpoint tail.json --format json >> changes.jsonl`;

export function registerTail(program: Command, { run }: Registration): void {
  const command = program
    .command('tail')
    .summary('print changes as they happen')
    .description('Prints the changes of a server or of binlog files as they happen.')
    .argument('<source...>', 'mysql://user@host:port, binlog files, or -')
    .option(
      '--from <place>',
      'where to begin without a checkpoint (default: now on a server, beginning of files)',
      parsePoint,
    )
    .option('--until <place>', 'where to end', parsePoint)
    .option('-e, --exit-at-end', 'end at the end that the log has now (files end there anyway)')
    .addOption(new Option('-f, --follow', 'wait for what is still written to the files').conflicts(['exitAtEnd']))
    .option(
      '-c, --limit <n>',
      'end after that many changes; with --checkpoint, after their transaction',
      positiveInteger,
    )
    .addOption(new Option('--format <format>', 'form of the output').choices(OUTPUT_FORMATS).default('pretty'))
    .option('--format-option <key=value>', 'an option of that format, as in a configuration (repeatable)', pairs)
    .addOption(new Option('--print <template>', 'a line for each change').conflicts('format'))
    .addOption(
      new Option('--schema <how>', 'column names that the log does not hold: only certain ones, as they are now, or @1')
        .choices(['auto', 'assume-current', 'none'])
        .default('auto'),
    )
    .option('--checkpoint <file>', 'remember in this file what was printed, and go on from there')
    .option('--password-file <file>', 'read the password from this file')
    .option('-p, --ask-password', 'ask for the password')
    .addOption(
      new Option('--spool <dir>', 'where transactions too large for memory wait for their commit').default(
        join(tmpdir(), `rowtide-${process.getuid?.() ?? 'spool'}`),
        'the temporary folder',
      ),
    );
  addTransformOptions(command);
  addCommonOptions(command)
    .addHelpText('after', HELP)
    .action((sources: string[], options: TailOptions) =>
      run(async () => (await import('../tail.js')).tail(sources, options)),
    );
}
