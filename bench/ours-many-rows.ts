import { type ResumableSink, runPipeline, type Source } from 'rowtide';
import { type Measured, Meter, peakRssMiB } from './meter.js';
import { liveSource } from './ours.js';
import { kafkaSink, silent } from './ours-kafka.js';
import type { PipelineOptions } from './peers/zongji-kafkajs.js';
import { TRANSACTION_ROWS } from './workload.js';

export interface ManyRowsOptions extends PipelineOptions {
  readonly rows: number;
}

export interface ManyRowsMeasured extends Measured {
  readonly peaks: readonly { readonly rows: number; readonly rssMiB: number }[];
}

const PEAKS = 10;

/** The workload's log again and again, in one pipeline. */
export async function pipelineManyRows(options: ManyRowsOptions): Promise<ManyRowsMeasured> {
  const { rows, workload, brokers, topic } = options;
  const meter = new Meter(0);
  meter.add(0, 0);
  const peaks: { rows: number; rssMiB: number }[] = [];
  const sink = kafkaSink({ brokers, topic, createTopics: false });
  const counted: ResumableSink = {
    open: (signal) => sink.open(signal),
    close: () => sink.close(),
    async write(batch, signal) {
      await sink.write(batch, signal);
      meter.add(batch.transactions.length * TRANSACTION_ROWS, 0);
      if (meter.rows >= ((peaks.length + 1) * rows) / PEAKS) peaks.push({ rows: meter.rows, rssMiB: peakRssMiB() });
    },
  };
  const { signal } = new AbortController();
  const source = repeated(liveSource(options, { reusesMemory: true }), { rows, rowsEach: workload.rows });
  await runPipeline({ name: 'bench', source, sink: counted, signal, log: silent });
  return { ...meter.finish(null), peaks };
}

/** Reads from the begin of the log until it had `rowsEach`, then anew, until there were `rows`. */
function repeated(source: Source, { rows, rowsEach }: { rows: number; rowsEach: number }): Source {
  return {
    start: (signal) => source.start(signal),
    async *read(from, signal) {
      for (let left = rows; left > 0; left -= rowsEach) {
        let seen = 0;
        for await (const transaction of source.read(from, signal)) {
          yield transaction;
          seen += TRANSACTION_ROWS;
          if (seen >= Math.min(left, rowsEach)) break;
        }
      }
    },
  };
}
