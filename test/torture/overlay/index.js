/** In place of connectors/replica/index: breaks the memory of the sink where that is wanted. */
import { broken } from '../../src/torture/stage.js';
import original from './index.original.js';

export default {
  ...original,
  create: (options, context) => {
    const sink = original.create(options, context);
    if (broken === 'unasked') return unasked(sink);
    return broken === 'skip' ? skipping(sink) : sink;
  },
};

/** Behind the last batch whose answer came. */
let remembered;

/** After a failure it goes on from what it remembers, and does not ask the target. */
function unasked(sink) {
  return {
    close: () => sink.close(),
    async open(signal) {
      const position = await sink.open(signal);
      return remembered ?? position;
    },
    async write(batch, signal) {
      await sink.write(batch, signal);
      remembered = batch.position;
    },
  };
}

/** The first transaction behind a start is taken for done. */
function skipping(sink) {
  let isFirst = true;
  return {
    close: () => sink.close(),
    open: (signal) => sink.open(signal),
    async write(batch, signal) {
      const [first, ...others] = batch.transactions;
      const isSkipped = isFirst && first !== undefined;
      if (isSkipped) isFirst = false;
      await sink.write(isSkipped ? { ...batch, transactions: others } : batch, signal);
    },
  };
}
