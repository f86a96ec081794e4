/** The real tools and ours, called alike. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

  async run(tool: Tool, call: Call, scratch: Scratch): Promise<Said> {
    const { file, args } = this.commands[tool];
    const child = spawn(file, [...args, '--no-defaults', ...call.args], {
      cwd: scratch.folder,
      env: { PATH: process.env.PATH, ...scratch.environment(call) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.stdin);
    const exit = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    const [status, stdout, stderr] = await Promise.all([exit, buffer(child.stdout), text(child.stderr)]);
    return { status, stdout: Buffer.concat([stdout, scratch.take()]), stderr };
  }
}

/** `rowtide inspect` in one process for all calls, since Node's start would take most of the time. */
export class OurTool {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('our-process.ts', import.meta.url)), {
      execArgv: ['--import', import.meta.resolve('tsx')],
      env: { PATH: process.env.PATH, HOME: tmpdir() },
      serialization: 'advanced',
    });
  }

  async run(call: Call, scratch: Scratch): Promise<Said> {
    const answer = new Promise<Said>((resolve, reject) => {
      this.#child.once('message', (said: Said) => resolve(said));
      this.#child.once('exit', (code, signal) => reject(new Error(`our process ended by ${code ?? signal}`)));
    });
    this.#child.send({ ...call, cwd: scratch.folder, env: scratch.environment(call) });
    const said = await answer;
    this.#child.removeAllListeners();
    const stdout = Buffer.from(said.stdout.buffer, said.stdout.byteOffset, said.stdout.byteLength);
    return { ...said, stdout: Buffer.concat([stdout, scratch.take()]) };
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
