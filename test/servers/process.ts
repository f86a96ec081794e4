import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, tail } from './command.js';
import { recordProcess } from './runs.js';

export interface ServerProcessOptions {
  name: string;
  command: Command;
  args: readonly string[];
  cwd: string;
  logFile: string;
  /** Throws as long as the server does not answer. */
  ready(): Promise<void>;
  readyWithinMs?: number;
}

/** One life of a server, from the start to its exit. */
export class ServerProcess {
  private readonly exited: Promise<void>;
  private ended: string | undefined;

  private constructor(
    private readonly options: ServerProcessOptions,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      const end = (how: string): void => {
        this.ended ??= how;
        resolve();
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Resolves when it answers; if it does not, it is dead and the error shows the end of its log. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const log = openSync(options.logFile, 'a');
    const child = spawn(options.command.file, [...options.command.args, ...options.args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.command.env },
      stdio: ['ignore', log, log],
      detached: true, // Ctrl-C is for the run, which then stops its servers
    });
    closeSync(log);
    if (child.pid !== undefined) recordProcess(child.pid);
    child.unref();
    const server = new ServerProcess(options, child);
    await server.becomeReady();
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.ended === undefined;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Ends with `signal`, or by force when that takes too long; resolves when the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL', graceMs = 30_000): Promise<void> {
    this.child.ref();
    this.signal(signal);
    this.signal('SIGCONT');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  private async becomeReady(): Promise<void> {
    const deadline = Date.now() + (this.options.readyWithinMs ?? 90_000);
    let failure: unknown;
    while (this.running && Date.now() < deadline) {
      try {
        await this.options.ready();
        return;
      } catch (error) {
        failure = error;
        await sleep(25);
      }
    }
    const how = this.ended ?? `not ready in time: ${String(failure)}`;
    await this.end('SIGKILL');
    throw new Error(`${this.options.name} did not start (${how}). Its log ends with:\n${this.logTail()}`);
  }

  private logTail(): string {
    return tail(readFileSync(this.options.logFile, 'utf8'));
  }
}
