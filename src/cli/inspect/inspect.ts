import { RowtideError } from '../../core/errors.js';
import type { InspectOptions } from './options.js';
import { archiveLog } from './raw.js';
import { type InspectedServer, inspectedServer } from './server.js';
import { printText } from './text.js';

export async function inspect(sources: readonly string[], options: InspectOptions): Promise<void> {
  if (sources.length === 0) {
    throw new RowtideError('USAGE', 'nothing to inspect', { hint: 'Give binlog files, or - for standard input.' });
  }
  if (sources.length === 1 && sources[0] === '-' && options.stopPosition !== undefined) {
    throw new RowtideError('USAGE', '--stop-position is not for standard input', {
      hint: 'Save it to a file, and read that.',
    });
  }
  const { signal } = new AbortController();
  const server = await inspectedServer(sources, options, signal);
  if (options.raw) return archive(server, options, signal);
  const style = options.style ?? server?.style;
  await printText(sources, { options: style === undefined ? options : { ...options, style }, server, signal, warn });
}

async function archive(server: InspectedServer | null, options: InspectOptions, signal: AbortSignal): Promise<void> {
  if (server === null) {
    throw new RowtideError('USAGE', '--raw copies the files of a server, and none is named', {
      hint: 'Add --read-from-remote-server (-R), or give the server as a URL.',
    });
  }
  for (const name of ['stopPosition', 'stopDatetime', 'database'] as const) {
    if (options[name] !== undefined) warn(`--raw copies whole files: ${name} is not looked at`);
  }
  await archiveLog(server, options.resultFile ?? '', { signal, warn });
}

function warn(message: string): void {
  process.stderr.write(`rowtide: warning: ${message}\n`);
}
