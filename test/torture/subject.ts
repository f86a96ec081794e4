/** The program under torture: `rowtide run`, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GtidSet } from '../../src/core/gtid.js';
import { tail } from '../servers/command.js';
import { newFolder, recordProcess } from '../servers/runs.js';
import { type Builds, copyBuilds } from './build.js';
import { isStage, type Stage } from './stages.js';

export type SinkKind = 'kafka' | 'file';
export type Breakage = 'save-first' | 'gtid-at-event';

export interface WorkplaceOptions {
  readonly source: { readonly url: string; readonly from: string };
  readonly sinks: readonly SinkKind[];
  readonly brokers: readonly string[];
  /** Begins the names of all topics. */
  readonly topicPrefix: string;
}

/** The folder in which one run after the other goes on where the last one died: configuration, checkpoints, the file. */
export class Workplace {
  readonly folder: string;
  readonly config: string;
  readonly file: string;
  readonly log: string;
  readonly #sinks: readonly SinkKind[];
  readonly #state: string;

  private constructor(folder: string, sinks: readonly SinkKind[]) {
    this.folder = folder;
    this.config = join(folder, 'rowtide.yaml');
    this.file = join(folder, 'changes.jsonl');
    this.log = join(folder, 'log');
    this.#state = join(folder, 'state');
    this.#sinks = sinks;
  }

  static async create({ source, sinks, brokers, topicPrefix }: WorkplaceOptions): Promise<Workplace> {
    const workplace = new Workplace(newFolder('torture'), sinks);
    const options: Record<SinkKind, object> = {
      file: { path: workplace.file },
      kafka: {
        brokers,
        topic: `${topicPrefix}{table}`,
        statementTopic: `${topicPrefix}statements`,
        createTopics: { partitions: 2 },
      },
    };
    const pipeline = (kind: SinkKind) => ({
      source: { ...source, heartbeatMs: 1000 },
      retry: { delayMsMax: 500 },
      sink: { [kind]: options[kind] },
    });
    const pipelines = Object.fromEntries(sinks.map((kind) => [kind, pipeline(kind)]));
    // JSON is YAML.
    await writeFile(workplace.config, JSON.stringify({ state: workplace.#state, pipelines }));
    return workplace;
  }

  /** What the pipelines' checkpoints say; before the first one, nothing. */
  async executed(): Promise<GtidSet[]> {
    return Promise.all(this.#sinks.map((kind) => executedBy(join(this.#state, `${kind}.checkpoint.json`))));
  }
}

/** Between the two renames of a checkpoint there is none: whoever looks then looks again. */
async function executedBy(path: string): Promise<GtidSet> {
  try {
    return GtidSet.parse(JSON.parse(await readFile(path, 'utf8')).position.log.gtid);
  } catch {
    return GtidSet.empty;
  }
}

export interface SubjectOptions {
  /** Tells its stage, or is the build as it is. */
  readonly telling: boolean;
  /** Kills itself on entering a stage for the n-th time; only one that tells its stage can. */
  readonly die?: { readonly stage: Stage; readonly count: number };
  readonly breakage?: Breakage;
}

/** A broker may take some seconds to come back, and what it missed some more. */
const CATCH_UP_MS = 120_000;

let builds: Promise<Builds> | undefined;

/** One life of the program. */
export class Subject {
  /** How it ended: an exit code or a signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #end: number | NodeJS.Signals | null = null;
  readonly #child: ChildProcess;
  readonly #stageFile: string | null;
  readonly #workplace: Workplace;

  private constructor(child: ChildProcess, workplace: Workplace, stageFile: string | null) {
    this.#child = child;
    this.#stageFile = stageFile;
    this.#workplace = workplace;
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#end = signal ?? code ?? 1;
        resolve(this.#end);
      });
    });
  }

  static async start(workplace: Workplace, options: SubjectOptions): Promise<Subject> {
    builds ??= copyBuilds();
    const cli = (await builds)[options.telling ? 'telling' : 'plain'];
    const stageFile = options.telling ? `${workplace.config}.stage` : null;
    // A run that dies before it says anything is starting.
    if (stageFile !== null) await writeFile(stageFile, '');
    const log = openSync(workplace.log, 'a');
    const child = spawn(process.execPath, [cli, 'run', '--config', workplace.config], {
      env: { ...process.env, ...tellingEnvironment(stageFile, options) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    if (child.pid !== undefined) recordProcess(child.pid);
    return new Subject(child, workplace, stageFile);
  }

  /** The last stage that it told; null for one that tells nothing. */
  get stage(): Stage | null {
    if (this.#stageFile === null) return null;
    const text = readFileSync(this.#stageFile, 'utf8').trim();
    return isStage(text) ? text : 'starting';
  }

  get isRunning(): boolean {
    return this.#end === null;
  }

  /** Resolves when it is dead; throws if it had ended before, by itself. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    if ((await this.ended) !== 'SIGKILL') throw this.failed('ended by itself');
  }

  /** Whatever became of it, it is gone then. */
  async remove(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Lets it finish what it has read; throws if it does not end in order. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if ((await this.ended) !== 0) throw this.failed('did not drain');
  }

  /** Waits until every pipeline has delivered `wanted`; throws if it ends meanwhile or takes too long. */
  async catchUp(wanted: GtidSet): Promise<void> {
    const deadline = performance.now() + CATCH_UP_MS;
    while (!(await this.#workplace.executed()).every((executed) => executed.includes(wanted))) {
      if (this.#end !== null) throw this.failed('ended by itself');
      if (performance.now() > deadline) throw this.failed(`did not catch up within ${CATCH_UP_MS} ms`);
      await sleep(50);
    }
  }

  /** An error that shows what it said last. */
  failed(how: string): Error {
    const said = tail(readFileSync(this.#workplace.log, 'utf8'));
    return new Error(`rowtide run ${how} (${this.#end ?? 'it runs'}); it says:\n${said}`);
  }
}

function tellingEnvironment(stageFile: string | null, { die, breakage }: SubjectOptions): NodeJS.ProcessEnv {
  if (stageFile === null) return {};
  return {
    ROWTIDE_TORTURE_STAGE: stageFile,
    ...(die !== undefined && { ROWTIDE_TORTURE_DIE: `${die.stage}:${die.count}` }),
    ...(breakage !== undefined && { ROWTIDE_TORTURE_BREAK: breakage }),
  };
}
