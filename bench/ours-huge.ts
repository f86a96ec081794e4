import { join } from 'node:path';
import {
  checkpointed,
  diskSpool,
  fileLog,
  type LogPosition,
  memoryStore,
  parseServerUrl,
  type ResumableSink,
  runPipeline,
  type Source,
  schemas,
  serverLog,
  type Transaction,
  transactions,
} from 'rowtide';
import file from '../connectors/file/index.js';
import replica from '../connectors/replica/index.js';
import { type Measured, Meter } from './meter.js';
import { kafkaSink, silent } from './ours-kafka.js';

/** An object: options of a replica. */
export type HugeSink = 'null' | 'file' | 'kafka' | Readonly<Record<string, string | number>>;

export interface HugeOptions {
  /** A file, or a server and the file in its log that holds the transaction. */
  readonly source: { path: string } | { url: string; file: string };
  readonly sink: HugeSink;
  readonly rows: number;
  readonly folder: string;
  readonly brokers: readonly string[];
}

/** One huge transaction through a pipeline; every row is visited once in a sink that counts, or written by the others. */
export async function pipeHuge(options: HugeOptions): Promise<Measured> {
  const meter = new Meter(0);
  meter.add(0, 0);
  const sink = sinkOf(options);
  const counted: ResumableSink = {
    open: (signal) => sink.open(signal),
    close: () => sink.close(),
    async write(batch, signal) {
      await sink.write(batch, signal);
      for (const transaction of batch.transactions) meter.add(countRows(transaction), 0);
    },
  };
  const { signal } = new AbortController();
  await runPipeline({ name: 'huge', source: onlyFirst(sourceOf(options)), sink: counted, signal, log: silent });
  return meter.finish(null);
}

function sourceOf({ source, sink, folder }: HugeOptions): Source {
  const isFile = 'path' in source;
  const reusesMemory = typeof sink === 'object';
  const log = isFile
    ? fileLog({ paths: [source.path] })
    : serverLog({ address: parseServerUrl(source.url), reusesMemory });
  return transactions(log, {
    schemas: schemas({ kind: 'auto', history: null }),
    spool: diskSpool(join(folder, 'spool')),
    start: async (each, signal): Promise<LogPosition> =>
      isFile ? each.tail(signal) : { kind: 'file', file: source.file, offset: 4 },
  });
}

/** Whatever the server logged behind the transaction is not looked at. */
function onlyFirst(source: Source): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      for await (const transaction of source.read(from, signal)) {
        yield transaction;
        return;
      }
    },
  };
}

function sinkOf({ sink, folder, brokers }: HugeOptions): ResumableSink {
  if (typeof sink === 'object') {
    const made = replica.create(replica.options.parse(sink), { pipeline: 'huge', log: silent });
    if ('state' in made) throw new Error('a replica remembers its position itself');
    return made;
  }
  switch (sink) {
    case 'null':
      return { open: async () => undefined, write: async () => undefined, close: async () => undefined };
    case 'kafka':
      return kafkaSink({ brokers, topic: `huge-${process.pid}`, createTopics: true });
    case 'file': {
      const path = join(folder, `huge-${process.pid}.jsonl`);
      const forgetful = file.create(file.options.parse({ path }), { pipeline: 'huge', log: silent });
      return 'state' in forgetful ? checkpointed(forgetful, memoryStore()) : forgetful;
    }
  }
}

function countRows(transaction: Transaction): number {
  let rows = 0;
  for (const entry of transaction.entries) {
    if (entry.kind !== 'rows') continue;
    const cursor = entry.cursor();
    while (cursor.next()) rows++;
  }
  return rows;
}
