import { statSync } from 'node:fs';
import { RowtideError } from '../../core/errors.js';
import { logFilesIn } from '../../source/log-folder.js';
import type { InspectOptions } from './options.js';
import type { InspectedServer } from './server.js';

export async function inspect(sources: readonly string[], options: InspectOptions): Promise<void> {
  if (sources.length === 0) {
    throw new RowtideError('USAGE', 'nothing to inspect', { hint: 'Give binlog files, or - for standard input.' });
  }
  const { signal } = new AbortController();
  const server = await serverOf(sources, options, signal);
  if (options.raw) return archive(server, options, signal);
  const files =
    server === null ? sources.flatMap((source) => (isFolder(source) ? logFilesIn(source) : source)) : sources;
  const style = options.style ?? server?.style;
  const inspected = { files, server, options: style === undefined ? options : { ...options, style }, signal };
  if (options.at === undefined) await show(inspected);
  else await showAt(options.at, inspected);
}

export interface Inspected {
  readonly files: readonly string[];
  /** Whose log it is; null: files are. */
  readonly server: InspectedServer | null;
  readonly options: InspectOptions;
  readonly signal: AbortSignal;
}

/** What connects to a server is loaded only for one: it takes longer than to look into a file. */
async function serverOf(
  sources: readonly string[],
  options: InspectOptions,
  signal: AbortSignal,
): Promise<InspectedServer | null> {
  const { readFromRemoteServer, readFromRemoteSource } = options;
  const isUrl = /^\w+:\/\//.test(sources[0] ?? '');
  if (!isUrl && readFromRemoteServer === undefined && readFromRemoteSource === undefined) return null;
  const { compress, compressionAlgorithms } = options;
  if (compress || (compressionAlgorithms !== undefined && !/\buncompressed\b/i.test(compressionAlgorithms))) {
    warn('the connection is not compressed: no server is asked for that');
  }
  return (await import('./server.js')).inspectedServer(sources, options, signal);
}

async function show({ files, ...inspected }: Inspected): Promise<void> {
  if (inspected.options.flashback) {
    await (await import('./print-flashback.js')).printFlashback({ files, ...inspected });
    return;
  }
  const printing = { ...inspected, warn };
  if (inspected.options.view === undefined) await (await import('./text.js')).printText(files, printing);
  else await (await import('./view.js')).printView(files, printing);
}

async function showAt(at: string, inspected: Inspected): Promise<void> {
  const { asksOnlyForPlace, findInFiles, placeText } = await import('./place.js');
  const { files, server, options, signal } = inspected;
  const { file, rest, place } =
    server === null
      ? await findInFiles(files, at)
      : await (await import('./place-on-server.js')).findOnServer(server, at, { signal, warn });
  if (asksOnlyForPlace(options)) {
    process.stdout.write(placeText(file, place, options.format));
    return;
  }
  const from = { ...options, startPosition: String(place.offset) };
  if (server === null) await show({ ...inspected, files: rest, options: from });
  else
    await show({
      ...inspected,
      server: { ...server, files: [file], toLastLog: true, startPosition: place.offset },
      options: from,
    });
}

async function archive(server: InspectedServer | null, options: InspectOptions, signal: AbortSignal): Promise<void> {
  if (server === null) {
    throw new RowtideError('USAGE', '--raw copies the files of a server, and none is named', {
      hint: 'Add --read-from-remote-server (-R), or give the server as a URL.',
    });
  }
  const { stopPosition, stopDatetime, database } = options;
  for (const [name, value] of Object.entries({
    '--stop-position': stopPosition,
    '--stop-datetime': stopDatetime,
    '--database': database,
  })) {
    if (value !== undefined) warn(`--raw copies whole files: ${name} is not looked at`);
  }
  const { archiveLog } = await import('./raw.js');
  await archiveLog(server, options.resultFile ?? '', { signal, warn });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function warn(message: string): void {
  process.stderr.write(`rowtide: warning: ${message}\n`);
}
