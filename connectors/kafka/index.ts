import { defineSink } from 'rowtide';
import { atLeastOnce } from './delivery.js';
import { ExactlyOnceSink } from './exactly-once.js';
import { kafkaOptions } from './options.js';
import { registeredFormat } from './registry/format.js';
import { KafkaSink } from './sink.js';

/** Of the events in one Kafka transaction at the most: each takes a round trip at its end. */
const TRANSACTION_BYTES_MAX = 8 * 1024 * 1024;

export default defineSink({
  name: 'kafka',
  delivery: 'at-least-once',
  deliveryOf: ({ delivery }) => delivery,
  reads: ({ delivery }) => ({
    reusesMemory: true,
    ...(delivery === 'exactly-once' && { batchBytesMax: TRANSACTION_BYTES_MAX }),
  }),
  options: kafkaOptions,
  create(options, context) {
    const format = registeredFormat(options.format, options);
    return options.delivery === 'exactly-once'
      ? new ExactlyOnceSink(options, format, context)
      : new KafkaSink(options, format, atLeastOnce(options, context));
  },
});
