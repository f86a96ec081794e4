import { defineSink } from 'rowtide';
import { atLeastOnce } from './delivery.js';
import { ExactlyOnceSink } from './exactly-once.js';
import { kafkaOptions } from './options.js';
import { registeredFormat } from './registry/format.js';
import { KafkaSink } from './sink.js';

export default defineSink({
  name: 'kafka',
  delivery: 'at-least-once',
  deliveryOf: ({ delivery }) => delivery,
  reads: () => ({ reusesMemory: true }),
  options: kafkaOptions,
  create(options, context) {
    const format = registeredFormat(options.format, options);
    return options.delivery === 'exactly-once'
      ? new ExactlyOnceSink(options, format, context)
      : new KafkaSink(options, format, atLeastOnce(options, context));
  },
});
