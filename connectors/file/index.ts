import { defineSink, formatOf, formatOptions } from 'rowtide';
import { z } from 'zod';
import { FileSink } from './sink.js';

export default defineSink({
  name: 'file',
  delivery: 'exactly-once',
  options: z.strictObject({
    path: z.string().min(1).describe('the file: a line for each change; made if it is not there'),
    format: formatOptions.prefault('json'),
    append: z.boolean().default(false).describe('start behind what the file holds before the first run'),
  }),
  create: ({ path, append, format }, { log }) => new FileSink({ path, append, format: formatOf(format), log }),
});
