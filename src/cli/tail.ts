import type { Logger } from 'pino';
import { fileStore } from '../checkpoint/file.js';
import { memoryStore } from '../checkpoint/memory.js';
import type { Point } from '../config/point.js';
import type { SourceConfig } from '../config/schema.js';
import { RowtideError } from '../core/errors.js';
import type { ResumableSink } from '../core/sink.js';
import type { Source } from '../core/source.js';
import { type ComposedSource, composeSource } from '../daemon/compose.js';
import { redactor } from '../daemon/redact.js';
import { runUntilSignalled } from '../daemon/signals.js';
import { untilPoint } from '../daemon/until.js';
import { FORMAT_NAMES } from '../format/names.js';
import { checkpointed } from '../pipeline/checkpointed.js';
import { PipelineControl } from '../pipeline/control.js';
import { runPipeline } from '../pipeline/run.js';
import { supervise } from '../pipeline/supervise.js';
import { fileHistoryStore, historyPath } from '../schema/history/file-store.js';
import { memoryHistoryStore } from '../schema/history/store.js';
import { limited } from '../transform/source.js';
import { chosenFormat } from './format-options.js';
import { type CommonOptions, colorsFor, loggerFor } from './options.js';
import { printingSink } from './output.js';
import { addressOf } from './password.js';
import { type Counts, createPrinter, noCounts, type OutputFormat, type PrinterOptions } from './print/printer.js';
import { type TransformFlags, transformOptions } from './transform-options.js';

export interface TailOptions extends CommonOptions, TransformFlags {
  readonly from?: Point;
  readonly until?: Point;
  readonly exitAtEnd?: true;
  readonly follow?: true;
  readonly limit?: number;
  readonly format: OutputFormat;
  readonly formatOption?: Readonly<Record<string, string>>;
  readonly print?: string;
  readonly schema: 'auto' | 'assume-current' | 'none';
  readonly checkpoint?: string;
  readonly passwordFile?: string;
  readonly askPassword?: true;
  readonly spool: string;
}

/** A person waits: a server that cannot be reached is said so after few attempts. */
const ATTEMPTS_MAX = 4;
const SHUTDOWN_TIMEOUT_MS = 8000;

export async function tail(args: readonly string[], options: TailOptions): Promise<void> {
  const config = await sourceConfig(args, options);
  const secret = config.kind === 'server' ? config.address.password.reveal() : '';
  const log = await loggerFor(options, { level: 'warn', redact: redactor([secret]) });
  const counts = noCounts();
  const composed = composeSource(config, {
    transform: transformOptions(options, process.env),
    spoolDir: options.spool,
    history:
      options.checkpoint === undefined ? memoryHistoryStore() : fileHistoryStore(historyPath(options.checkpoint)),
    logger: log,
    stopAtEnd: options.exitAtEnd === true || options.until?.kind === 'now',
  });
  const source = bounded(composed, options);
  const openSink = sinks(options, { counts, log });
  await runUntilSignalled({ timeoutMs: SHUTDOWN_TIMEOUT_MS, log }, (signal) =>
    stream({ source, openSink, signal, log }),
  );
  if (options.format === 'none' && options.print === undefined) process.stderr.write(`${countsText(counts)}\n`);
}

interface Streaming {
  readonly source: Source;
  readonly openSink: () => ResumableSink;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

async function stream({ source, openSink, signal, log }: Streaming): Promise<void> {
  const control = new PipelineControl();
  await supervise({
    name: 'tail',
    control,
    signal,
    log,
    retry: { attemptsMax: ATTEMPTS_MAX },
    attempt: (until) =>
      runPipeline({
        name: 'tail',
        source,
        sink: openSink(),
        signal: until,
        log,
        control,
        shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
      }),
  });
}

async function sourceConfig(args: readonly string[], options: TailOptions): Promise<SourceConfig> {
  const url = args.find((arg) => /^\w+:\/\//.test(arg));
  const { schema } = options;
  if (url === undefined) {
    return {
      kind: 'files',
      files: [...args],
      follow: options.follow ?? false,
      from: options.from ?? { kind: 'beginning' },
      schema,
    };
  }
  if (args.length > 1) {
    throw new RowtideError('USAGE', 'a server is tailed alone', { hint: 'Run several pipelines with rowtide run.' });
  }
  if (options.follow) {
    throw new RowtideError('USAGE', '--follow is for files', { hint: 'A server is followed unless told otherwise.' });
  }
  const address = await addressOf(url, {
    passwordFile: options.passwordFile,
    prompt: options.askPassword ?? false,
    env: process.env,
  });
  return {
    kind: 'server',
    address,
    from: options.from ?? { kind: 'now' },
    schema,
  };
}

function bounded(composed: ComposedSource, options: TailOptions): Source {
  let { source } = composed;
  if (options.until !== undefined) source = untilPoint({ ...composed, source }, options.until);
  if (options.exitAtEnd) source = untilPoint({ ...composed, source }, { kind: 'now' });
  if (options.limit === undefined) return source;
  return limited(source, { changes: options.limit, wholeTransactions: options.checkpoint !== undefined });
}

function sinks(options: TailOptions, { counts, log }: { counts: Counts; log: Logger }): () => ResumableSink {
  const printer = createPrinter(
    {
      format: outputFormat(options),
      template: options.print,
      colors: colorsFor(options, process.stdout),
      toTerminal: process.stdout.isTTY === true,
    },
    counts,
  );
  const memory = memoryStore();
  return () => {
    const path = options.checkpoint;
    const store = path === undefined ? memory : fileStore({ path, pipeline: 'tail', log });
    return checkpointed(printingSink(printer, process.stdout), store);
  };
}

function outputFormat({ format, formatOption }: TailOptions): PrinterOptions['format'] {
  if (format !== 'pretty' && format !== 'none') return chosenFormat(format, formatOption);
  if (formatOption === undefined) return format;
  throw new RowtideError('USAGE', `--format ${format} has no options`, {
    hint: `--format-option is for ${FORMAT_NAMES.join(', ')}.`,
  });
}

function countsText(counts: Counts): string {
  const { transactions, insert, update, delete: deletes, statement } = counts;
  return `${transactions} transactions: ${insert} inserts, ${update} updates, ${deletes} deletes, ${statement} statements`;
}
