import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As it is installed if the build is up to date, which starts faster; from the sources otherwise. */
export const COMMAND: readonly string[] = isBuilt()
  ? [join(ROOT, 'dist/src/cli/main.js')]
  : ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/cli/main.ts')];

function isBuilt(): boolean {
  return newest(['src', 'connectors'], '.ts') < newest(['dist'], '.js');
}

function newest(folders: readonly string[], extension: string): number {
  const times = folders.flatMap((folder) => {
    try {
      const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
      return names.filter((name) => name.endsWith(extension)).map((name) => statSync(join(ROOT, folder, name)).mtimeMs);
    } catch {
      return [];
    }
  });
  return Math.max(0, ...times);
}

export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves when what it has said on stdout or stderr matches. */
  said(pattern: RegExp): Promise<string>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** Gives it a terminal, which prints all that it says on stdout, and keeps stdin open for what is typed. */
  readonly onTerminal?: true;
}

/** Starts the command line from its sources, without anything that this terminal or user would add. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const { PATH, HOME, TZ = 'UTC' } = process.env;
  const command = [process.execPath, ...COMMAND, ...args];
  const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
  const [file = '', ...rest] = options.onTerminal ? ['script', '-qec', quoted, '/dev/null'] : command;
  const child = spawn(file, rest, {
    env: {
      PATH,
      HOME,
      TZ,
      TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json'),
      ...options.env,
    },
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const look of waiting) look();
  });
  // Who does not read its input closes it early.
  child.stdin.on('error', () => undefined);
  if (!options.onTerminal) child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ status: code ?? signal ?? 'unknown', stdout, stderr });
      for (const look of waiting) look();
    });
  });
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const text = [stdout, stderr].find((each) => pattern.test(each));
        if (text !== undefined) resolve(text);
        else if (child.exitCode === null && child.signalCode === null) return;
        else reject(new Error(`it ended without saying ${pattern}:\n${stdout}\n${stderr}`));
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return { process: child, ended, said };
}

export function rowtide(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}
