import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFormat } from '../binlog/format-description.js';
import { RowtideError } from '../core/errors.js';
import type { LogBlock } from '../core/event.js';
import type { LogPosition, Position, SourceIdentity } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import { FIRST_OFFSET } from './events.js';
import { checkSequence, nextFileName } from './file-names.js';
import { FileReader } from './file-reader.js';
import { type Input, openInput, StreamInput } from './input.js';

export interface FileLogOptions {
  /** Files of one log in order, or `-` alone for standard input. */
  readonly paths: readonly string[];
  /** Waits at the end of the last file for what its server still writes, and goes on to the next file. */
  readonly follow?: boolean;
  /** How often a file that is followed is looked at. */
  readonly pollMs?: number;
  readonly eventBytesMax?: number;
  readonly stdin?: Readable;
}

type Settings = Required<FileLogOptions>;

/**
 * The log in files, as servers write them. Files know no GTIDs that came before them: `read` of a GTID set begins with
 * the first file, and its reader leaves out what the set holds.
 */
export function fileLog(options: FileLogOptions): LogSource {
  const settings: Settings = { follow: false, pollMs: 200, eventBytesMax: 2 ** 30, stdin: process.stdin, ...options };
  const names = settings.paths.map((path) => basename(path));
  checkPaths(settings.paths);
  checkSequence(names);
  const inputs = new Inputs(settings);
  return {
    leavesOutExecuted: false,
    identity: (signal) => identityOf({ settings, names, inputs }, signal),
    head: (signal) => inputs.use(settings.paths.length - 1, signal, headOf),
    tail: async () => ({ kind: 'file', file: names[0]!, offset: FIRST_OFFSET }),
    read: (from, signal) => read({ settings, names, inputs }, from, signal),
  };
}

function checkPaths(paths: readonly string[]): void {
  if (paths.length === 0)
    throw new RowtideError('USAGE', 'no binlog file is given', { hint: 'Name one, or - for standard input.' });
  if (paths.length > 1 && paths.includes('-')) {
    throw new RowtideError('USAGE', 'standard input cannot be mixed with files', {
      hint: 'Give either files or a single -.',
    });
  }
}

/** Opens files as often as asked, and standard input once: what was looked at for its identity is read again later. */
class Inputs {
  readonly #settings: Settings;
  #stdin: Input | null = null;
  #stdinRead = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async use<T>(index: number, signal: AbortSignal, look: (input: Input) => Promise<T>): Promise<T> {
    if (this.#settings.paths[index] === '-') return look(this.#standardInput(signal));
    const input = await this.open(this.#settings.paths[index]!, signal);
    try {
      return await look(input);
    } finally {
      await input.close();
    }
  }

  async open(path: string, signal: AbortSignal): Promise<Input> {
    if (path !== '-') return openInput(path, signal);
    const input = this.#standardInput(signal);
    this.#stdinRead = true;
    return input;
  }

  #standardInput(signal: AbortSignal): Input {
    if (this.#stdinRead) {
      throw new RowtideError('USAGE', 'standard input was read before, and cannot be read again', {
        hint: 'Save it to a file, and read that.',
      });
    }
    addAbortSignal(signal, this.#settings.stdin);
    this.#stdin ??= new StreamInput('-', this.#settings.stdin);
    return this.#stdin;
  }
}

interface Reading {
  readonly settings: Settings;
  readonly names: readonly string[];
  readonly inputs: Inputs;
}

function identityOf({ inputs, settings }: Reading, signal: AbortSignal): Promise<SourceIdentity> {
  return inputs.use(0, signal, async (input) => {
    const reader = new FileReader(input, settings);
    if (settings.follow) await begun(reader, settings, signal);
    const event = await reader.first(FIRST_OFFSET);
    const { serverVersion } = decodeFormat(event.bytes);
    return { flavour: /mariadb/i.test(serverVersion) ? 'mariadb' : 'mysql', id: `server-id:${event.serverId}` };
  });
}

/** A server makes a file first and writes it then. */
async function begun(reader: FileReader, { pollMs }: Settings, signal: AbortSignal): Promise<void> {
  while (!(await reader.hasFirst())) await sleep(pollMs, undefined, { signal });
}

async function headOf(input: Input): Promise<LogPosition> {
  const offset = await input.size();
  if (offset !== null) return { kind: 'file', file: input.name, offset };
  throw new RowtideError('USAGE', `${input.path}: nobody knows the end of a pipe before it comes`, {
    hint: 'Give an end by GTID, file and offset, or time; or none.',
  });
}

async function* read(reading: Reading, from: Position, signal: AbortSignal): AsyncGenerator<LogBlock> {
  try {
    await checkSource(reading, from, signal);
    const { index, offset } = startOf(reading.names, from.log);
    const paths = reading.settings.paths.slice(index);
    let start = offset;
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
      const input = await reading.inputs.open(path, signal);
      const follow = reading.settings.follow && paths.length === 0;
      try {
        const next = yield* readFile(input, { settings: reading.settings, start, follow, signal });
        if (next !== null) paths.push(next);
      } finally {
        await input.close();
      }
      start = FIRST_OFFSET;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function checkSource(reading: Reading, { source, log }: Position, signal: AbortSignal): Promise<void> {
  const own = await identityOf(reading, signal);
  if (source.flavour === own.flavour && (log.kind !== 'file' || source.id === own.id)) return;
  throw new RowtideError(
    'SOURCE_FOREIGN',
    `the files are from ${own.flavour} ${own.id}, and the position is from ${source.flavour} ${source.id}`,
    { hint: 'Give the files of that server; only a GTID set can be carried from one server’s log to another’s.' },
  );
}

function startOf(names: readonly string[], log: LogPosition): { index: number; offset: number } {
  if (log.kind !== 'file') return { index: 0, offset: FIRST_OFFSET };
  const index = names.indexOf(log.file);
  if (index >= 0) return { index, offset: log.offset };
  throw new RowtideError('SOURCE_PURGED', `the position is in ${log.file}, which is not among the files`, {
    hint: 'Give that file too, and the ones after it.',
  });
}

interface FileReading {
  readonly settings: Settings;
  readonly start: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Yields what a file holds, and returns the path of the file that was found to follow it, if it was waited for. */
async function* readFile(input: Input, reading: FileReading): AsyncGenerator<LogBlock, string | null> {
  const { settings, signal, follow } = reading;
  const reader = new FileReader(input, settings);
  if (follow) await begun(reader, settings, signal);
  await reader.first(reading.start);
  for (;;) {
    signal.throwIfAborted();
    // Asked before, so that what is written while the block is read counts as growth.
    const size = follow ? await input.size() : null;
    const block = await reader.next();
    if (block !== null) {
      yield block;
      continue;
    }
    if (!follow) {
      await reader.checkEnd();
      return null;
    }
    const next = await growth(input, reader, { ...reading, size });
    if (next !== null) return next;
  }
}

/** Waits until the file has grown, or the next one is there and this one does not grow any more. */
async function growth(
  input: Input,
  reader: FileReader,
  { settings, signal, size }: FileReading & { size: number | null },
): Promise<string | null> {
  if (size === null) {
    await reader.checkEnd();
    return null;
  }
  const nextName = reader.rotatedTo ?? nextFileName(input.name);
  const next = nextName === null ? null : join(dirname(input.path), nextName);
  for (;;) {
    const nextIsThere = next !== null && (await exists(next));
    const now: number = (await input.size()) ?? size;
    if (now < reader.offset) {
      throw new RowtideError(
        'SOURCE_DIVERGED',
        `${input.path} became shorter: ${now} bytes, and ${reader.offset} were read`,
        {
          hint: 'Its server crashed and took back what it had not finished. Start again from the checkpoint.',
        },
      );
    }
    if (now !== size) return null;
    if (nextIsThere) {
      await reader.checkEnd();
      return next;
    }
    await sleep(settings.pollMs, undefined, { signal });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
