import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskSpool, GtidSet, parseServerUrl, runPipeline, schemas, serverLog, transactions } from 'rowtide';
import replica from '../connectors/replica/index.js';
import { type Measured, Meter } from './meter.js';
import { silent } from './ours-kafka.js';

export interface ApplyOptions {
  readonly source: string;
  /** What the target has already. */
  readonly before: string;
  /** Of the connector. */
  readonly sink: object;
  readonly transactions: number;
}

/** The log of a server, to its end, into a replica. */
export async function applyOurs({
  source: url,
  before,
  sink: given,
  transactions: count,
}: ApplyOptions): Promise<Measured> {
  const options = replica.options.parse(given);
  const { reusesMemory = false, batchBytesMax } = replica.reads?.(options) ?? {};
  const source = transactions(serverLog({ address: parseServerUrl(url), stopAtEnd: true, reusesMemory }), {
    schemas: schemas({ kind: 'auto', history: null }),
    spool: diskSpool(join(tmpdir(), 'rowtide-bench')),
    start: async () => ({ kind: 'gtid', executed: GtidSet.parse(before) }),
  });
  const sink = replica.create(options, { pipeline: 'bench', log: silent });
  if ('state' in sink) throw new Error('a replica remembers its position itself');
  const meter = new Meter(0);
  meter.add(0, 0);
  const { signal } = new AbortController();
  const bounds = batchBytesMax === undefined ? {} : { batchBytesMax };
  await runPipeline({ name: 'bench', source, sink, signal, log: silent, ...bounds });
  meter.add(count, count);
  return meter.finish(null);
}
