import { defineSink } from 'rowtide';
import replica from '../replica/index.js';
import { type DelayedOptions, delayedOptions } from './options.js';

/**
 * A replica that is late on purpose. It applies as any replica does; that it is late, and what it stands still before, it
 * asks of its source.
 */
export default defineSink<DelayedOptions>({
  name: 'delayed-replica',
  delivery: 'exactly-once',
  options: delayedOptions,
  reads: ({ delayMs, guard, replica: options }) => ({
    ...replica.reads?.(options),
    delay: { delayMs, guard, target: options.target },
  }),
  create: ({ replica: options }, context) => replica.create(options, context),
  storedPosition: async ({ replica: options }, asked) => replica.storedPosition?.(options, asked),
});
