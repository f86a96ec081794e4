import { readFileSync } from 'node:fs';

/** What one run of one program did. */
export interface Measured {
  readonly rows: number;
  readonly images: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak of the process, if it is known. */
  readonly rssMiB: number | null;
  /** Over all values, if they were hashed. */
  readonly hash: number | null;
}

/** Measures from behind the warm-up on: the first rows run in code that V8 has not compiled yet. */
export class Meter {
  readonly #warmUpRows: number;
  #rows = 0;
  #images = 0;
  #from: { rows: number; images: number; ms: number; cpu: NodeJS.CpuUsage } | null = null;

  constructor(warmUpRows: number) {
    this.#warmUpRows = warmUpRows;
  }

  get rows(): number {
    return this.#rows;
  }

  add(rows: number, images: number): void {
    this.#rows += rows;
    this.#images += images;
    if (this.#from === null && this.#rows >= this.#warmUpRows) this.#start();
  }

  finish(hash: number | null): Measured {
    const from = this.#from;
    if (from === null) throw new Error(`${this.#rows} rows came, less than the ${this.#warmUpRows} of the warm-up`);
    const cpu = process.cpuUsage(from.cpu);
    return {
      rows: this.#rows - from.rows,
      images: this.#images - from.images,
      seconds: (performance.now() - from.ms) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      rssMiB: peakRssMiB(),
      hash,
    };
  }

  #start(): void {
    this.#from = { rows: this.#rows, images: this.#images, ms: performance.now(), cpu: process.cpuUsage() };
  }
}

export function peakRssMiB(): number {
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kib) / 1024;
}
