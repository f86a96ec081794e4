import { defineSink, type ForgetfulSink, formatOf, formatOptions, LineWriter, RowtideError } from 'rowtide';
import { z } from 'zod';

export default defineSink({
  name: 'webhook',
  delivery: 'at-least-once',
  options: z.strictObject({
    url: z.url().describe('takes lines by POST, and answers 2xx when it has stored them'),
    format: formatOptions.prefault('json'),
  }),
  create: ({ url, format }) => webhook(url, new LineWriter(formatOf(format))),
});

function webhook(url: string, lines: LineWriter): ForgetfulSink {
  return {
    async open(saved) {
      if (saved === undefined || saved.url === url) return;
      throw new RowtideError('SINK_CHANGED', `the checkpoint is not of ${url}`, {
        hint: 'Give each sink its own checkpoint, or remove it to start anew.',
      });
    },
    async write({ transactions }, signal) {
      for await (const chunk of lines.chunks(transactions, signal)) await post(url, chunk, signal);
    },
    state: () => ({ url }),
    close: async () => undefined,
  };
}

async function post(url: string, body: Buffer, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await fetch(url, { method: 'POST', headers, body, signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new RowtideError('SINK_UNREACHABLE', `${url} cannot be reached`, { retryable: true, cause });
  });
  await response.body?.cancel();
  if (response.ok) return;
  const isBusy = response.status >= 500 || response.status === 429;
  throw new RowtideError(isBusy ? 'SINK_UNREACHABLE' : 'SINK_REFUSED', `${url} answered ${response.status}`, {
    retryable: isBusy,
    hint: 'Its log may say why.',
  });
}
