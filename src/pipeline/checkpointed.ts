import type { CheckpointStore } from '../checkpoint/store.js';
import type { ForgetfulSink, ResumableSink } from '../core/sink.js';

/**
 * Gives a sink a memory. Written first, saved after: a crash between the two repeats a batch and never loses one, and
 * a sink whose state says how far it got (a file's length) undoes the repetition when it opens.
 */
export function checkpointed(sink: ForgetfulSink, store: CheckpointStore): ResumableSink {
  return {
    async open(signal) {
      const checkpoint = await store.load();
      await sink.open(checkpoint?.sink, signal);
      return checkpoint?.position;
    },
    async write(batch, signal) {
      await sink.write(batch, signal);
      await store.save({ position: batch.position, sink: sink.state() });
    },
    async close() {
      try {
        await sink.close();
      } finally {
        await store.close();
      }
    },
  };
}

/** A sink of a connector, with the memory it lacks; `store` is called only if it lacks one. */
export function resumable(sink: ForgetfulSink | ResumableSink, store: () => CheckpointStore): ResumableSink {
  return isForgetful(sink) ? checkpointed(sink, store()) : sink;
}

function isForgetful(sink: ForgetfulSink | ResumableSink): sink is ForgetfulSink {
  return 'state' in sink;
}
