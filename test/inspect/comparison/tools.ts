/** The real tools and ours, called alike. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { compiled } from '../../compiled.js';
import type { Command } from '../../servers/command.js';
import { mariadbTool } from '../../servers/mariadb.js';
import { mysqlTool } from '../../servers/mysql.js';
import type { Tool } from './input.js';

export interface Call {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Buffer;
}

export interface Said {
  readonly status: number;
  /** And what it wrote into `--result-file=out`. */
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Both tools work in it, one after the other, so that paths in their output are the same. It is emptied in between. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'rowtide-inspect-'));

  environment(call: Call): NodeJS.ProcessEnv {
    return { TZ: 'UTC', ...call.env, TMPDIR: this.folder };
  }

  /** What was written into `out`; then all files are gone. */
  take(): Buffer {
    const names = readdirSync(this.folder);
    const out = names.includes('out') ? readFileSync(join(this.folder, 'out')) : Buffer.alloc(0);
    for (const name of names) rmSync(join(this.folder, name), { recursive: true });
    return out;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class RealTools {
  private constructor(private readonly commands: Readonly<Record<Tool, Command>>) {}

  static async find(): Promise<RealTools> {
    return new RealTools({ mysql: await mysqlTool('mysqlbinlog'), mariadb: await mariadbTool('mariadb-binlog') });
  }

  /** Null where the tool crashes, or prints without an end: both happen with broken files. */
  async run(tool: Tool, call: Call, scratch: Scratch): Promise<Said | null> {
    const { file, args } = this.commands[tool];
    const child = spawn(file, [...args, '--no-defaults', ...call.args], {
      cwd: scratch.folder,
      env: { PATH: process.env.PATH, ...scratch.environment(call) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.stdin);
    let printed = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.length;
      if (printed > BYTES_MAX) child.kill('SIGKILL');
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
    const exit = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [status, stdout, stderr] = await Promise.all([exit, buffer(child.stdout), text(child.stderr)]);
    clearTimeout(timer);
    const out = scratch.take();
    return status === null ? null : { status, stdout: Buffer.concat([stdout, out]), stderr };
  }
}

/** `rowtide inspect` in one process for all calls, since Node's start would take most of the time. */
export class OurTool {
  readonly #program: string;
  #child: ChildProcess;

  private constructor(program: string) {
    this.#program = program;
    this.#child = startOurs(program);
  }

  static async start(): Promise<OurTool> {
    const main = join(import.meta.dirname, '../../../src/cli/main.ts');
    return new OurTool(await compiled(join(import.meta.dirname, 'our-process.ts'), [main]));
  }

  async run(call: Call, scratch: Scratch): Promise<Said> {
    const child = this.#child;
    const timer = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
    try {
      const said = await ask(child, { ...call, cwd: scratch.folder, env: scratch.environment(call) });
      const stdout = Buffer.from(said.stdout.buffer, said.stdout.byteOffset, said.stdout.byteLength);
      return { ...said, stdout: Buffer.concat([stdout, scratch.take()]) };
    } catch (error) {
      this.#child = startOurs(this.#program);
      return { status: -1, stdout: scratch.take(), stderr: String(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

const HANGS_MS = 120_000;
const BYTES_MAX = 2 ** 26;

function startOurs(program: string): ChildProcess {
  return fork(program, {
    execArgv: [],
    env: { PATH: process.env.PATH, HOME: tmpdir() },
    serialization: 'advanced',
  });
}

async function ask(child: ChildProcess, call: object): Promise<Said> {
  try {
    return await new Promise<Said>((resolve, reject) => {
      child.once('message', (said: Said) => resolve(said));
      child.once('exit', (code, signal) => reject(new Error(`our process ended by ${code ?? signal}`)));
      child.send(call);
    });
  } finally {
    child.removeAllListeners();
  }
}
