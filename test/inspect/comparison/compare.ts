/** One call of both tools, and what differs. */
import type { Tool } from './input.js';
import type { Call, OurTool, RealTools, Said, Scratch } from './tools.js';

export interface Comparison {
  readonly what: string;
  readonly tool: Tool;
  readonly call: Call;
  /** For our tool alone. */
  readonly ourArgs?: readonly string[];
}

export interface Outcome {
  readonly what: string;
  /** The real tool crashed, or printed nothing of a log: such outputs are compared, but count for nothing. */
  readonly empty: boolean;
  /** The first of what differs; null where all is equal. */
  readonly difference: string | null;
}

export interface Bench {
  readonly real: RealTools;
  readonly ours: OurTool;
  readonly scratch: Scratch;
}

export async function compare(comparison: Comparison, { real, ours, scratch }: Bench): Promise<Outcome> {
  const { what, tool, call, ourArgs = [] } = comparison;
  const theirs = await real.run(tool, call, scratch);
  if (theirs === null) return { what, empty: true, difference: null };
  const our = await ours.run({ ...call, args: [...ourArgs, ...call.args] }, scratch);
  return { what, empty: isEmpty(theirs.stdout), difference: differenceOf(theirs, our) };
}

function differenceOf(theirs: Said, ours: Said): string | null {
  const expected = normalised(theirs.stdout);
  const printed = normalised(ours.stdout);
  const states = `exit status ${ours.status}, not ${theirs.status}; theirs: ${short(theirs.stderr)}; ours: ${short(ours.stderr)}`;
  if (!expected.equals(printed))
    return `${firstDifference(expected, printed)}${theirs.status === ours.status ? '' : `; ${states}`}`;
  if (theirs.status !== ours.status) return states;
  if (theirs.status !== 0 && ours.stderr === '') return 'an error without a message';
  return null;
}

/** What a tool prints of its own version, and nothing else. */
const VERSION_LINES: readonly RegExp[] = [/^.*mysqlbinlog +Ver .*$/gm, /^.*mariadb-binlog from .*$/gm];

function normalised(stdout: Buffer): Buffer {
  const text = stdout.toString('latin1');
  return Buffer.from(
    VERSION_LINES.reduce((rest, line) => rest.replace(line, ''), text),
    'latin1',
  );
}

/** Lines of the frame around a log's events. */
const FRAME =
  /^(\/\*!\d+ SET .*|DELIMITER .*|# The proper term.*|# to make the statement.*|# End of log file|ROLLBACK.*|SET @@SESSION\.GTID_NEXT= 'AUTOMATIC'.*|)$/;

function isEmpty(stdout: Buffer): boolean {
  return stdout
    .toString('latin1')
    .split('\n')
    .every((line) => FRAME.test(line));
}

function firstDifference(expected: Buffer, printed: Buffer): string {
  const [theirs, ours] = [expected.toString('latin1').split('\n'), printed.toString('latin1').split('\n')];
  const line = theirs.findIndex((each, i) => each !== ours[i]);
  if (line < 0) return `line ${theirs.length + 1}: ours goes on with ${short(ours[theirs.length])}`;
  return `line ${line + 1}: ${short(theirs[line])} is ${short(ours[line])}`;
}

function short(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  return JSON.stringify(text.length > 240 ? `${text.slice(0, 240)}…` : text);
}
