import { jsonFormat, RowtideError } from 'rowtide';
import { largeTransaction, positionAfter } from 'rowtide/testing';
import { StreamSink } from '../../../connectors/stdout/sink.js';

/** Writes changes to its standard output; says on the other one how that ended, if not well. */
const rows = Number(process.argv[2] ?? 1_000_000);
const sink = new StreamSink({ stream: process.stdout, format: jsonFormat });
await sink.open(undefined);
try {
  const transactions = [largeTransaction(1, 1, rows)];
  await sink.write({ transactions, position: positionAfter(1) }, new AbortController().signal);
} catch (error) {
  if (!(error instanceof RowtideError)) throw error;
  process.stderr.write(`${error.code}\n`);
} finally {
  await sink.close();
}
