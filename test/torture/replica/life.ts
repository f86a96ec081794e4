import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tail } from '../../servers/command.js';
import { recordProcess } from '../../servers/runs.js';
import { type Builds, copyBuilds } from '../build.js';
import type { Stage } from './stages.js';

export type Breakage = 'rows-first' | 'unasked' | 'skip';

/** One of a build that tells its stage; the build as it is does none of this. */
export interface Telling {
  /** Kills itself on entering a stage for the n-th time. */
  readonly die?: { readonly stage: Stage; readonly count: number };
  /** Each n-th answer to a commit is lost. */
  readonly lose?: number;
  readonly breakage?: Breakage;
}

export interface LifeOptions {
  readonly config: string;
  readonly log: string;
  /** Null: the build as it is. */
  readonly telling: Telling | null;
}

let builds: Promise<Builds> | undefined;

/** One life of `rowtide run`. */
export class Life {
  /** How it ended: an exit code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #stageFile: string;
  #end: number | NodeJS.Signals | null = null;

  private constructor(child: ChildProcess, log: string, stageFile: string) {
    this.#child = child;
    this.#log = log;
    this.#stageFile = stageFile;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#end = signal ?? code ?? 1;
        resolve(this.#end);
      });
    });
  }

  static async start({ config, log, telling }: LifeOptions): Promise<Life> {
    builds ??= copyBuilds();
    const { plain, telling: tells } = await builds;
    const stageFile = `${config}.stage`;
    const output = openSync(log, 'a');
    const child = spawn(process.execPath, [telling === null ? plain : tells, 'run', '--config', config], {
      env: { ...process.env, ...(telling === null ? {} : environment(stageFile, telling)) },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    if (child.pid !== undefined) recordProcess(child.pid);
    return new Life(child, log, stageFile);
  }

  get isRunning(): boolean {
    return this.#end === null;
  }

  /** Whether a pipeline of several has come to its end, which leaves the others running. */
  get hasFailed(): boolean {
    return !this.isRunning || readFileSync(this.#log, 'utf8').includes('the pipeline has failed');
  }

  /** Whether it killed itself, at a stage, within this time. */
  async diesAt(stage: Stage, withinMs: number): Promise<boolean> {
    const end = await Promise.race([this.ended, sleep(withinMs, null, { ref: false })]);
    return end === 'SIGKILL' && readFileSync(this.#stageFile, 'utf8').trim() === stage;
  }

  /** Resolves when it is dead; throws if it had ended before, by itself. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    if ((await this.ended) !== 'SIGKILL') throw this.failed('ended by itself');
  }

  /** Lets it finish what it has read; throws if it does not end in order. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if ((await this.ended) !== 0) throw this.failed('did not drain');
  }

  /** Whatever became of it, it is gone then. */
  async remove(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  failed(how: string): Error {
    return new Error(
      `rowtide run ${how} (${this.#end ?? 'it runs'}); it says:\n${tail(readFileSync(this.#log, 'utf8'))}`,
    );
  }
}

function environment(stageFile: string, { die, lose, breakage }: Telling): NodeJS.ProcessEnv {
  return {
    ROWTIDE_TORTURE_STAGE: stageFile,
    ...(die !== undefined && { ROWTIDE_TORTURE_DIE: `${die.stage}:${die.count}` }),
    ...(lose !== undefined && { ROWTIDE_TORTURE_LOSE: String(lose) }),
    ...(breakage !== undefined && { ROWTIDE_TORTURE_BREAK: breakage }),
  };
}
