import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoundResult } from './round.js';

interface State {
  readonly seed: number;
  /** Rounds of another build prove nothing about this one. */
  readonly build: string;
  readonly rounds: Record<string, RoundResult>;
}

/** The rounds that are done, in a file, so that an interrupted run goes on where it stopped. */
export class Progress {
  readonly #path: string;
  readonly #state: State;

  private constructor(path: string, state: State) {
    this.#path = path;
    this.#state = state;
  }

  /** What is in the file, if it belongs to this build and, where one is given, to this seed. */
  static open(path: string, seed: number | undefined): Progress {
    const build = fingerprint(join(import.meta.dirname, '../../dist'));
    const left = read(path);
    if (left?.build === build && (seed === undefined || seed === left.seed)) return new Progress(path, left);
    return new Progress(path, { seed: seed ?? Math.trunc(Math.random() * 1_000_000), build, rounds: {} });
  }

  get seed(): number {
    return this.#state.seed;
  }

  get count(): number {
    return Object.keys(this.#state.rounds).length;
  }

  result(name: string): RoundResult | undefined {
    return this.#state.rounds[name];
  }

  record(name: string, result: RoundResult): void {
    this.#state.rounds[name] = result;
    this.#write();
  }

  /** Forgets rounds once they were reported: the next run does them again. */
  forget(names: readonly string[]): void {
    for (const name of names) delete this.#state.rounds[name];
    if (this.count === 0) rmSync(this.#path, { force: true });
    else this.#write();
  }

  #write(): void {
    writeFileSync(`${this.#path}.tmp`, JSON.stringify(this.#state, null, 2));
    renameSync(`${this.#path}.tmp`, this.#path);
  }
}

function read(path: string): State | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.js')) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
