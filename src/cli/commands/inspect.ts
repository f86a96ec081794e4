import { type Command, Option } from 'commander';
import type { InspectOptions } from '../inspect/options.js';
import { NOT_FOR_SERVERS, WITHOUT_EFFECT } from '../inspect/unheeded.js';
import * as value from '../inspect/values.js';
import { collected, positiveInteger } from '../options.js';
import type { Registration } from '../registration.js';

const HELP = `
SOURCE is binlog files in their order or a folder of them, - for standard input, or a server (mysql://user@host:port). The
options are those of mysqlbinlog and mariadb-binlog, and so is the output, byte for byte: it can be piped into the mysql client.

Examples:
  $ rowtide inspect binlog.000042 | mysql -h staging
  $ rowtide inspect -vv --base64-output=decode-rows --start-datetime='2026-11-20 10:00:00' binlog.00004*
  $ rowtide inspect --include-gtids=3e11fa47-71ca-11e1-9e33-c80aa9429562:17 -v binlog.000042
  $ rowtide inspect --view summary binlog.000042
  $ rowtide inspect --view rows --table shop.orders --where 'id = 42' /var/lib/mysql
  $ rowtide inspect --at '2026-11-20 10:15:00' /var/lib/mysql`;

export function registerInspect(program: Command, { run }: Registration): void {
  const command = program
    .command('inspect')
    .summary('print what binlogs hold, as mysqlbinlog does')
    .description('Prints the events of binlog files or of a server’s binlog.')
    .argument('[source...]', 'binlog files, -, or mysql://user@host:port')
    .helpOption('-?, --help', 'display help for command')
    .addHelpText('after', HELP)
    .action((sources: string[], options: InspectOptions) =>
      run(
        async () => (await import('../inspect/inspect.js')).inspect(sources, options),
        options.flashback ? {} : { exitCode: 1 },
      ),
    );
  addRange(command);
  addSelection(command);
  addText(command);
  addReading(command);
  addServer(command);
  addMariadb(command);
  addViews(command);
}

function addRange(command: Command): void {
  command
    .optionsGroup('Range:')
    .option('-j, --start-position <n>', 'where to begin in the first file: an offset, or GTIDs of MariaDB')
    .option('--stop-position <n>', 'where to end in the last file: before the event at this offset, or GTIDs')
    .option('--start-datetime <time>', 'begin at the first event that is not older (local time)', value.datetime)
    .option('--stop-datetime <time>', 'end before the first event that is not older (local time)', value.datetime)
    .option('-o, --offset <n>', 'leave out the first events', value.number, 0);
}

function addSelection(command: Command): void {
  command
    .optionsGroup('Events:')
    .option('-d, --database <name>', 'only what belongs to this schema')
    .option('--server-id <id>', 'only what this server logged', value.number)
    .option('--server-id-bits <n>', 'how many bits of a server id are the id', value.number, 32)
    .option('--include-gtids <set>', 'only these transactions', value.gtidSet)
    .option('--exclude-gtids <set>', 'not these transactions', value.gtidSet)
    .option('--skip-gtids', 'leave out GTIDs, so that who runs the output makes new ones')
    .option('--rewrite-db <old->new>', 'another name for a schema (repeatable)', value.rewriteDb)
    .option('--require-row-format', 'stop at what is not logged as rows');
}

function addText(command: Command): void {
  command
    .optionsGroup('Text:')
    .addOption(
      new Option('--style <tool>', 'whose text it is (default: of who wrote the log)').choices(['mysql', 'mariadb']),
    )
    .option('-v, --verbose', 'rows as pseudo-SQL; -vv with the types of columns', (_, before: number) => before + 1, 0)
    .option('--base64-output <when>', 'rows as BINLOG: auto, never, or decode-rows', value.base64Output, 'auto')
    .option('-H, --hexdump', 'the bytes of each event')
    .option('-s, --short-form', 'statements only')
    .option('--print-table-metadata', 'what the log says about columns')
    .option('-D, --disable-log-bin', 'who runs the output does not log it')
    .option('-i, --idempotent', 'who runs the output overlooks rows that are there or missing')
    .option('--set-charset <name>', 'SET NAMES in front of the output')
    .option('-r, --result-file <file>', 'write to this file; with --raw, what names of files begin with')
    .option('-l, --local-load <dir>', 'where files of logged LOAD DATA statements go');
}

function addReading(command: Command): void {
  command
    .optionsGroup('Reading:')
    .option('-c, --verify-binlog-checksum', 'check the checksums of events')
    .option('-f, --force-read', 'print events of unknown types')
    .addOption(new Option('-F, --force-if-open', 'read files that were not closed').default(true, 'on'))
    .addOption(new Option('--no-force-if-open').hideHelp())
    .option('-R, --read-from-remote-server', 'the names are those of files of a server')
    .option('--read-from-remote-source <how>', 'BINLOG-DUMP-NON-GTIDS or BINLOG-DUMP-GTIDS', value.remoteSource)
    .option('-t, --to-last-log', 'go on to the last file of the server')
    .option('--stop-never', 'wait for what the server logs next')
    .option('--raw', 'write the server’s files as they are')
    .addOption(new Option('--character-sets-dir <dir>').hideHelp())
    .addOption(new Option('--shortened <name>').hideHelp())
    .addOption(new Option('--open-files-limit <n>').argParser(value.number).hideHelp())
    .addOption(new Option('--binlog-row-event-max-size <n>').argParser(value.number).hideHelp())
    .option('--connection-server-id <id>', 'what we are known by at the server', value.number);
}

function addServer(command: Command): void {
  command
    .optionsGroup('Server:')
    .option('-h, --host <name>', 'where the server is')
    .option('-P, --port <n>', 'its port', value.number)
    .option('-u, --user <name>', 'who we are')
    .option('-p, --password [password]', 'its password; asked for if none is given; better in MYSQL_PWD')
    .addOption(new Option('--ask-password').hideHelp())
    .option('--password-file <file>', 'read the password from this file')
    .option('-S, --socket <path>', 'the server’s socket')
    .option('--protocol <name>', 'tcp or socket', value.protocol)
    .option('-C, --compress', 'compress the connection')
    .option('--compression-algorithms <list>', 'how to compress the connection')
    .addOption(new Option('--zstd-compression-level <n>').argParser(value.number).hideHelp())
    .addOption(new Option('--get-server-public-key').hideHelp())
    .addOption(new Option('--plugin-dir <dir>').hideHelp())
    .option('--ssl-mode <mode>', 'disabled, preferred, required, verify_ca or verify_identity', value.sslMode)
    .option('--ssl-ca <file>', 'who may have signed the server’s certificate')
    .option('--ssl-cert <file>', 'our certificate')
    .option('--ssl-key <file>', 'its key')
    .addOption(new Option('--ssl').hideHelp())
    .addOption(new Option('--no-ssl').hideHelp())
    .addOption(new Option('--ssl-verify-server-cert').hideHelp())
    .option('--defaults-file <file>', 'read options from this file only')
    .option('--defaults-extra-file <file>', 'read options from this file, too')
    .option('--defaults-group-suffix <suffix>', 'read also groups whose names end so')
    .option('--no-defaults', 'read no option files');
  for (const option of [...WITHOUT_EFFECT, ...NOT_FOR_SERVERS]) command.addOption(option);
}

function addMariadb(command: Command): void {
  command
    .optionsGroup('MariaDB:')
    .option('--do-domain-ids <ids>', 'only transactions of these domains', value.numbers)
    .option('--ignore-domain-ids <ids>', 'not transactions of these domains', value.numbers)
    .option('--do-server-ids <ids>', 'only transactions of these servers', value.numbers)
    .option('--ignore-server-ids <ids>', 'not transactions of these servers', value.numbers)
    .addOption(new Option('--gtid-strict-mode', 'GTIDs must be in order').default(true, 'on'))
    .addOption(new Option('--no-gtid-strict-mode').hideHelp())
    .option('--print-row-count', 'how many rows a statement changed (default: on, unless the form is short)')
    .addOption(new Option('--no-print-row-count').default(undefined).hideHelp())
    .option('--print-row-event-positions', 'where events begin (default: on, unless the form is short)')
    .addOption(new Option('--no-print-row-event-positions').default(undefined).hideHelp())
    .option('--skip-annotate-row-events', 'leave out the statements whose rows follow');
}

function addViews(command: Command): void {
  command
    .optionsGroup('Views and search:')
    .addOption(new Option('--view <what>', 'in place of text').choices(['events', 'transactions', 'summary', 'rows']))
    .addOption(new Option('--format <format>', 'form of a view').choices(['text', 'json', 'jsonl']).default('text'))
    .option('-T, --table <tables>', 'only rows of these tables: shop.orders, shop.* (repeatable)', collected)
    .option('--where <condition>', "only rows like 'id = 42'")
    .option('--changed <column>', 'only updates that changed this column (repeatable)', collected)
    .option('--gtid <gtid>', 'only this transaction')
    .option('--at <place>', 'find the file and offset of a time or a GTID')
    .option('--statement-rows-max <n>', 'name statements with more rows', positiveInteger)
    .option('-B, --flashback', 'what undoes the rows, newest first')
    .addOption(
      new Option('--flashback-format <form>', 'undo by statements or by row events')
        .choices(['sql', 'binlog'])
        .default('sql'),
    )
    .option('--check <server>', 'compare with the rows of this server first')
    .option('--no-progress', 'no progress bar')
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'));
}
