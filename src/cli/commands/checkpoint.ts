import { type Command, Option } from 'commander';
import type { StoredCheckpoint } from '../../checkpoint/checkpoint.js';
import { encodePosition, gtidPosition } from '../../checkpoint/position.js';
import { parsePoint } from '../../config/point.js';
import { RowtideError } from '../../core/errors.js';
import { isMariaGtids } from '../../core/maria-gtid.js';
import type { LogPosition } from '../../core/position.js';
import { positionText } from '../../daemon/status.js';
import { moveStored, readStored, replacedPath } from '../../daemon/stored.js';
import { visible } from '../../format/visible.js';
import { addCommonOptions, type CommonOptions } from '../options.js';
import type { Registration } from '../registration.js';

const SHOW_HELP = `
Examples:
  $ rowtide checkpoint show state/shop-to-kafka.checkpoint.json
  $ rowtide checkpoint show tail.json --json | jq -r .position.log.gtid`;

const SET_HELP = `
What lies between the old and the new place is repeated, or lost. The pipeline must not run. What the sink stored
beside the position (the length of a file, the ids of topics) stays as it is.

Examples:
  $ rowtide checkpoint set tail.json --gtid 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23
  $ rowtide checkpoint set tail.json --gtid 0-1-100,1-2-5
  $ rowtide checkpoint set tail.json --position binlog.000007:1234`;

interface ShowOptions extends CommonOptions {
  readonly json?: true;
}

interface SetOptions extends CommonOptions {
  readonly gtid?: string;
  readonly position?: string;
}

export function registerCheckpoint(program: Command, { run }: Registration): void {
  const checkpoint = program.command('checkpoint').description('Reads and changes checkpoint files.');
  const show = checkpoint
    .command('show')
    .description('Shows where a pipeline goes on.')
    .argument('<file>', 'the checkpoint')
    .option('--json', 'print JSON');
  addCommonOptions(show)
    .addHelpText('after', SHOW_HELP)
    .action((file: string, options: ShowOptions) => run(() => showCheckpoint(file, options)));

  const set = checkpoint
    .command('set')
    .description('Changes where a pipeline goes on.')
    .argument('<file>', 'the checkpoint')
    .addOption(new Option('--gtid <set>', 'go on behind these GTIDs').conflicts('position'))
    .option('--position <file:offset>', 'go on at this position of a log file');
  addCommonOptions(set)
    .addHelpText('after', SET_HELP)
    .action((file: string, options: SetOptions) => run(() => setCheckpoint(file, options)));
}

async function showCheckpoint(file: string, { json }: ShowOptions): Promise<void> {
  const stored = await readStored(file);
  process.stdout.write(json ? `${jsonOf(stored)}\n` : textOf(stored));
}

async function setCheckpoint(file: string, options: SetOptions): Promise<void> {
  const log = wantedPosition(options);
  const { before, after } = await moveStored(file, () => log);
  const lines = [
    `before  ${positionText(before.position)}`,
    `now     ${positionText(after.position)}`,
    `The checkpoint before is kept in ${replacedPath(file)}.`,
  ];
  process.stdout.write(`${lines.map(visible).join('\n')}\n`);
}

function wantedPosition({ gtid, position }: SetOptions): LogPosition {
  if (gtid !== undefined) return gtidPosition(gtid, isMariaGtids(gtid) ? 'mariadb' : 'mysql');
  const point = parsePoint(position ?? '');
  if (point.kind === 'file') return point;
  throw new RowtideError('USAGE', 'neither --gtid nor a --position of a log file is given', {
    hint: 'Like --gtid 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23 or --position binlog.000007:1234.',
  });
}

function jsonOf({ pipeline, generation, position, sink }: StoredCheckpoint): string {
  return JSON.stringify({ pipeline, generation, position: encodePosition(position), sink }, null, 2);
}

function textOf({ pipeline, generation, position, sink }: StoredCheckpoint): string {
  const { source, log, held } = position;
  const facts: readonly (readonly [string, string])[] = [
    ['pipeline', pipeline],
    ['source', `${source.flavour} ${source.id}`],
    [log.kind === 'file' ? 'position' : 'GTIDs', positionText(position)],
    ...held.map(({ xid, file, start }) => ['prepared', `${xid} at ${file}:${start}`] as const),
    ...Object.entries(sink).map(([name, value]) => [`sink ${name}`, JSON.stringify(value)] as const),
    ['saved', `${generation} times`],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${visible(name).padEnd(width)}  ${visible(value)}\n`).join('');
}
