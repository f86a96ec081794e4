import { writeSync } from 'node:fs';
import { jsonFormat } from 'rowtide';
import { syntheticSource } from 'rowtide/testing';
import { FileSink } from '../../connectors/file/sink.js';
import { fileStore } from '../../src/checkpoint/file.js';
import type { CheckpointStore } from '../../src/checkpoint/store.js';
import type { ForgetfulSink, ResumableSink } from '../../src/core/sink.js';
import { checkpointed } from '../../src/pipeline/checkpointed.js';
import { runPipeline } from '../../src/pipeline/run.js';
import { quietLog } from '../checkpoint/quiet.js';
import { Random, seed } from '../roundtrip/random.js';

/** A pipeline into a file, made to be killed. It says where it is, so that a kill can be told by the stage it hit. */
const [folder = '', order = '', transactions = ''] = process.argv.slice(2);
const log = quietLog();
const store = fileStore({ path: `${folder}/checkpoint.json`, pipeline: 'crashing', log });
const sink = new FileSink({ path: `${folder}/changes.jsonl`, format: jsonFormat, log });

/** How a pipeline would lose what it reads: the position is saved before what is behind it is written. */
function savedFirst(forgetful: ForgetfulSink, memory: CheckpointStore): ResumableSink {
  return {
    ...checkpointed(forgetful, memory),
    async write(batch, signal) {
      await memory.save({ position: batch.position, sink: forgetful.state() });
      await forgetful.write(batch, signal);
    },
  };
}

function say(stage: string): void {
  writeSync(1, `${stage}\n`);
}

function telling<A extends unknown[]>(
  stage: string,
  call: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    say(stage);
    await call(...args);
    say('between');
  };
}

sink.write = telling('writing', sink.write.bind(sink));
store.save = telling('saving', store.save.bind(store));

const random = new Random(seed);

await runPipeline({
  name: 'crashing',
  source: syntheticSource({
    transactions: Number(transactions),
    rowsPerTransaction: 7,
    paceMs: () => random.int(0, 2),
  }),
  sink: order === 'saved-first' ? savedFirst(sink, store) : checkpointed(sink, store),
  signal: new AbortController().signal,
  log,
});
