import { stat } from 'node:fs/promises';
import { bytesText } from '../../inspect/views/numbers.js';
import { type CommonOptions, isColoured } from '../options.js';

const BAR_CHARACTERS = 30;
/** Work that is done sooner needs no bar. */
const SILENT_MS = 500;
const EVERY_MS = 100;

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How far the reading of files has come, in one line that is written over. */
export class Progress {
  readonly #stream: Stream;
  readonly #sizes: readonly number[];
  readonly #total: number;
  readonly #paint: (text: string) => string;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #isShown = false;

  constructor(
    stream: Stream,
    sizes: readonly number[],
    { paint, now }: { paint: (text: string) => string; now: () => number },
  ) {
    this.#stream = stream;
    this.#sizes = sizes;
    this.#total = sizes.reduce((sum, size) => sum + size, 0);
    this.#paint = paint;
    this.#now = now;
    this.#startedAt = now();
    this.#shownAt = this.#startedAt + SILENT_MS - EVERY_MS;
  }

  /** So many bytes of the file of this index were read, and all before it. */
  read(index: number, bytes: number): void {
    const now = this.#now();
    if (now - this.#shownAt < EVERY_MS) return;
    this.#shownAt = now;
    this.#isShown = true;
    const done = this.#sizes.slice(0, index).reduce((sum, size) => sum + size, bytes);
    const share = Math.min(done / Math.max(this.#total, 1), 1);
    const filled = Math.round(share * BAR_CHARACTERS);
    const bar = this.#paint('█'.repeat(filled)) + '░'.repeat(BAR_CHARACTERS - filled);
    const rate = bytesText((done * 1000) / Math.max(now - this.#startedAt, 1));
    this.#stream.write(`\r\x1b[K${bar} ${Math.floor(share * 100)} %  ${bytesText(done)}  ${rate}/s`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isShown) this.#stream.write('\r\x1b[K');
  }
}

/**
 * Null where nobody would see it, where it would stand among what is printed, and where nobody knows how long the source
 * is.
 */
export async function progressOf(
  sources: readonly string[],
  options: Pick<CommonOptions, 'color'> & {
    readonly progress: boolean;
    readonly view?: string;
    readonly resultFile?: string;
  },
): Promise<Progress | null> {
  const printsMeanwhile = options.view !== 'summary' && options.resultFile === undefined && process.stdout.isTTY;
  if (!options.progress || process.stderr.isTTY !== true || printsMeanwhile) return null;
  const sizes = await Promise.all(sources.map(sizeOf));
  if (sizes.some((size) => size === null)) return null;
  const isPainted = isColoured(options, process.stderr);
  const paint = (text: string): string => (isPainted ? `\x1b[36m${text}\x1b[39m` : text);
  return new Progress(process.stderr, sizes as number[], { paint, now: () => performance.now() });
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}
