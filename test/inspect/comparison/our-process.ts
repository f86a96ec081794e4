/** Runs the command line for each call that its parent sends, as if it had been started for it. */
import { Readable } from 'node:stream';
import { localTime } from '../../../src/inspect/text/header.js';
import type { Call, Said } from './tools.js';

process.on('message', (call: PlacedCall) => void answer(call));

interface PlacedCall extends Call {
  readonly cwd: string;
}

async function answer(call: PlacedCall): Promise<void> {
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  process.chdir(call.cwd);
  Object.assign(process.env, call.env);
  // The text of the last time is kept, and may be one of another time zone.
  localTime(Number.NaN);
  process.argv = [process.execPath, 'rowtide', 'inspect', '--no-defaults', ...call.args];
  process.exitCode = 0;
  Object.defineProperty(process, 'stdin', { value: Readable.from(call.stdin ? [call.stdin] : []), configurable: true });
  process.stdout.write = keep(stdout);
  process.stderr.write = keep(stderr);
  // The command line is a module that runs when it is imported; a name that is new each time runs it again.
  await import(`../../../src/cli/main.js?${performance.now()}`);
  const said: Said = {
    status: Number(process.exitCode),
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
  };
  process.send?.(said);
}

function keep(into: Buffer[]): typeof process.stdout.write {
  return (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    into.push(Buffer.from(chunk as string));
    const then = typeof encoding === 'function' ? encoding : done;
    if (typeof then === 'function') process.nextTick(then as () => void);
    return true;
  };
}
