import { type SpawnOptions, spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';

/** A program and the arguments that come before any other: a program from an unpacked package runs through its loader. */
export interface Command {
  file: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string | Uint8Array;
  /** Of stdout; UTF-8 unless said otherwise. */
  encoding?: BufferEncoding;
}

/** Runs to the end and gives stdout; a failure carries the end of what was printed. */
export async function run(command: Command, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command.file, [...command.args, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...command.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  } satisfies SpawnOptions);
  child.stdin.on('error', () => {}); // a program that ends before it has read its input says so by its exit code
  child.stdin.end(options.input);
  const exit = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const [status, printed, stderr] = await Promise.all([exit, buffer(child.stdout), text(child.stderr)]);
  const stdout = printed.toString(options.encoding);
  if (status === 0) return stdout;
  const called = [command.file, ...command.args, ...args].join(' ');
  throw new Error(`${called} failed (${status}):\n${tail(`${stdout}\n${stderr}`)}`);
}

export const program = (file: string, ...args: string[]): Command => ({ file, args });

export const tail = (log: string, lines = 30): string => log.trimEnd().split('\n').slice(-lines).join('\n');
