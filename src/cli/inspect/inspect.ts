import { RowtideError } from '../../core/errors.js';
import type { InspectOptions } from './options.js';
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
  await printText(sources, { options, signal: new AbortController().signal, warn });
}

function warn(message: string): void {
  process.stderr.write(`rowtide: warning: ${message}\n`);
}
