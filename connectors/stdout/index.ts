import { defineSink, jsonFormat } from 'rowtide';
import { z } from 'zod';
import { StreamSink } from './sink.js';

export default defineSink({
  name: 'stdout',
  delivery: 'at-least-once',
  options: z.strictObject({ format: z.literal('json').default('json') }),
  create: () => new StreamSink({ stream: process.stdout, format: jsonFormat }),
});
