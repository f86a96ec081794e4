/** `rowtide run` with a relay and nothing else, in a process of its own, to be killed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { cp, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compiled } from '../compiled.js';
import { newFolder, recordProcess } from '../servers/runs.js';

const ROOT = join(import.meta.dirname, '../..');

export interface SubjectOptions {
  readonly url: string;
  /** Of the relay. */
  readonly folder: string;
  readonly semiSync: boolean;
  /** Broken on purpose: it acknowledges first, and writes a moment later. */
  readonly acksFirst?: boolean;
}

export class Subject {
  readonly #program: string;
  readonly #config: string;
  #child: ChildProcess | null = null;
  #said = '';

  private constructor(program: string, config: string) {
    this.#program = program;
    this.#config = config;
  }

  static async create({ url, folder, semiSync, acksFirst = false }: SubjectOptions): Promise<Subject> {
    const program = await compiled(join(ROOT, 'src/cli/main.ts'));
    const place = newFolder('relay-subject');
    const relay = { source: { url, from: 'beginning', heartbeatMs: 1000 }, folder, semiSync };
    const config = join(place, 'rowtide.yaml');
    // JSON is YAML.
    await writeFile(config, JSON.stringify({ state: join(place, 'state'), relays: { shop: relay } }));
    return new Subject(acksFirst ? await broken(program) : program, config);
  }

  start(): void {
    this.#said = '';
    const child = spawn(process.execPath, [this.#program, 'run', '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) recordProcess(child.pid);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.#said += String(text)));
    this.#child = child;
  }

  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#said)) {
      this.#requireAlive();
      await sleep(5);
    }
  }

  /** Throws what it said if it ends by itself before the work does. */
  async during<T>(work: Promise<T>): Promise<T> {
    const child = this.#child;
    const ended = new Promise<never>((_, reject) => {
      child?.once('exit', (code) => reject(new Error(`the relay ended by itself (${code}):\n${this.#said}`)));
    });
    return Promise.race([work, ended]);
  }

  /** Throws what it said if it was gone already. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#requireAlive();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    this.#child = null;
  }

  #requireAlive(): void {
    const status = this.#child?.exitCode ?? null;
    if (status !== null) throw new Error(`the relay ended by itself (${status}):\n${this.#said}`);
  }
}

/** A copy of the program in which the dump of a server acknowledges what nobody has written yet. */
async function broken(program: string): Promise<string> {
  const dist = join(dirname(program), '../..');
  const copy = newFolder('relay-broken');
  await cp(dist, join(copy, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(copy, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const module = join(copy, 'dist/src/source/server.js');
  await rename(module, module.replace(/\.js$/, '.original.js'));
  await cp(join(ROOT, 'test/torture/overlay/server.js'), module);
  return join(copy, 'dist/src/cli/main.js');
}
