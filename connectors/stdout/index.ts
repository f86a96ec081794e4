import { defineSink, formatOf, formatOptions } from 'rowtide';
import { z } from 'zod';
import { StreamSink } from './sink.js';

export default defineSink({
  name: 'stdout',
  delivery: 'at-least-once',
  options: z.strictObject({ format: formatOptions.prefault('json') }),
  create: ({ format }) => new StreamSink({ stream: process.stdout, format: formatOf(format) }),
});
