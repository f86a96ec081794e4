import { defineSink, formatOf } from 'rowtide';
import { kafkaOptions } from './options.js';
import { KafkaSink } from './sink.js';

export default defineSink({
  name: 'kafka',
  delivery: 'at-least-once',
  options: kafkaOptions,
  create: (options) => new KafkaSink(options, formatOf(options.format)),
});
