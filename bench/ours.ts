import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changes,
  diskSpool,
  fileLog,
  type LogPosition,
  type LogSource,
  parseServerUrl,
  type Source,
  schemas,
  serverLog,
  type Transaction,
  transactions,
} from 'rowtide';
import { ValueHash } from './hash.js';
import { type Measured, Meter } from './meter.js';
import { TRANSACTION_ROWS, type Workload } from './workload.js';

export interface LiveOptions {
  readonly url: string;
  readonly workload: Workload;
  readonly warmUpRows: number;
}

/** The server's log from the begin of the workload's file on. `reusesMemory`: as \`rowtide run\` reads it. */
export function liveSource({ url, workload }: LiveOptions, { reusesMemory } = { reusesMemory: false }): Source {
  return sourceOf(serverLog({ address: parseServerUrl(url), reusesMemory }), {
    kind: 'file',
    file: workload.file,
    offset: 4,
  });
}

export function fileSource(path: string): Source {
  return sourceOf(fileLog({ paths: [path] }));
}

function sourceOf(log: LogSource, from?: LogPosition): Source {
  return transactions(log, {
    schemas: schemas({ kind: 'auto', history: null }),
    spool: diskSpool(join(tmpdir(), 'rowtide-bench')),
    start: async (each, signal) => from ?? each.tail(signal),
  });
}

/** Reads transactions until `see` has seen enough. */
export async function readAll(source: Source, see: (transaction: Transaction) => boolean): Promise<void> {
  const end = new AbortController();
  const from = await source.start(end.signal);
  for await (const transaction of source.read(from, end.signal)) {
    const more = see(transaction);
    transaction.release();
    if (!more) end.abort();
  }
}

/** Every value of a transaction in row objects. */
class Decoder {
  rows = 0;
  images = 0;
  readonly #hash: ValueHash | null;

  constructor(hashes: boolean) {
    this.#hash = hashes ? new ValueHash() : null;
  }

  get hash(): number | null {
    return this.#hash === null ? null : this.#hash.value;
  }

  decode(transaction: Transaction): void {
    for (const change of changes(transaction)) {
      switch (change.kind) {
        case 'insert':
          this.#row(change.after);
          break;
        case 'delete':
          this.#row(change.before);
          break;
        case 'update':
          this.#row(change.before);
          this.#row(change.after);
          break;
        case 'statement':
          continue;
      }
      this.rows++;
    }
  }

  #row(row: object): void {
    this.images++;
    if (this.#hash !== null) this.#hash.add(row as Record<string, unknown>);
  }
}

export async function decodeLive(options: LiveOptions & { hashes: boolean }): Promise<Measured> {
  const meter = new Meter(options.warmUpRows);
  const decoder = new Decoder(options.hashes);
  await readAll(liveSource(options), (transaction) => {
    const { rows, images } = decoder;
    decoder.decode(transaction);
    meter.add(decoder.rows - rows, decoder.images - images);
    return decoder.rows < options.workload.rows;
  });
  return meter.finish(decoder.hash);
}

/** Reads the file twice and measures the second time. */
export async function decodeFile({ path, hashes }: { path: string; hashes: boolean }): Promise<Measured> {
  await readFile(path, new Meter(0), new Decoder(hashes));
  const meter = new Meter(0);
  meter.add(0, 0);
  const decoder = new Decoder(hashes);
  await readFile(path, meter, decoder);
  return meter.finish(decoder.hash);
}

async function readFile(path: string, meter: Meter, decoder: Decoder): Promise<void> {
  await readAll(fileSource(path), (transaction) => {
    const { rows, images } = decoder;
    decoder.decode(transaction);
    meter.add(decoder.rows - rows, decoder.images - images);
    return true;
  });
}

/** Transactions whose rows nobody looks at; the workload tells how many they are. */
export async function streamLive(options: LiveOptions): Promise<Measured> {
  const { workload } = options;
  const meter = new Meter(options.warmUpRows);
  await readAll(liveSource(options), () => {
    meter.add(TRANSACTION_ROWS, (TRANSACTION_ROWS * workload.images) / workload.rows);
    return meter.rows < workload.rows;
  });
  return meter.finish(null);
}
