/** In place of src/pipeline/checkpointed: tells the stages of a batch, and breaks the program where that is wanted. */

import { withBegun } from '../torture/begun.js';
import { broken, enter } from '../torture/stage.js';
import { checkpointed as original } from './checkpointed.original.js';

export function checkpointed(forgetful, store) {
  const sink = {
    open: (saved, signal) => forgetful.open(saved, signal),
    state: () => forgetful.state(),
    close: () => forgetful.close(),
    async write(batch, signal) {
      enter('writing');
      await forgetful.write(batch, signal);
      enter('written');
    },
  };
  const inner = original(sink, store);
  return {
    close: () => inner.close(),
    async open(signal) {
      enter('opening');
      const position = await inner.open(signal);
      enter('reading');
      return position;
    },
    async write(batch, signal) {
      if (broken === 'save-first') await saveFirst(batch, { sink, store, signal });
      else await inner.write(broken === 'gtid-at-event' ? withBegun(batch) : batch, signal);
      enter('reading');
    },
  };
}

export function resumable(sink, store) {
  return 'state' in sink ? checkpointed(sink, store()) : sink;
}

/** The wrong order: what is lost is the batch whose checkpoint came before it. */
async function saveFirst(batch, { sink, store, signal }) {
  await store.save({ position: batch.position, sink: sink.state() });
  await sink.write(batch, signal);
}
