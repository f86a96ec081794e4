import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { memoryStore } from '../checkpoint/memory.js';
import type { Point } from '../config/point.js';
import { RowtideError } from '../core/errors.js';
import { loadConnector } from '../daemon/connectors.js';
import { planRecovery } from '../daemon/recovery.js';
import { redactor } from '../daemon/redact.js';
import { runUntilSignalled } from '../daemon/signals.js';
import { placeOf } from '../mysql/url.js';
import { resumable } from '../pipeline/checkpointed.js';
import { PipelineControl } from '../pipeline/control.js';
import { runPipeline } from '../pipeline/run.js';
import { supervise } from '../pipeline/supervise.js';
import { isRelayFolder } from '../relay/folder.js';
import type { ReadableRelay } from '../relay/reader.js';
import { openStored } from '../relay/stored.js';
import { logFilesIn } from '../source/log-folder.js';
import { type CommonOptions, loggerFor } from './options.js';
import { addressOf } from './password.js';
import { recoveryText } from './print/recovery.js';

export interface RecoverOptions extends CommonOptions {
  readonly to: Point;
  readonly target: string;
  readonly dryRun?: true;
  readonly workers?: number;
  readonly passwordFile?: string;
  readonly askPassword?: true;
  readonly spool?: string;
}

/** A person waits: a server that cannot be reached is said so after few attempts. */
const ATTEMPTS_MAX = 4;
const SHUTDOWN_TIMEOUT_MS = 8000;

/** Prints what is to be done, and does it unless it is only to be printed. */
export async function recover(archive: readonly string[], options: RecoverOptions): Promise<void> {
  const { to, dryRun, spool = join(tmpdir(), `rowtide-${process.getuid?.() ?? 'spool'}`) } = options;
  const target = await addressOf(options.target, {
    passwordFile: options.passwordFile,
    prompt: options.askPassword ?? false,
    env: process.env,
  });
  const password = target.password.reveal();
  const log = await loggerFor(options, { level: 'warn', redact: redactor([password]) });
  await runUntilSignalled({ timeoutMs: SHUTDOWN_TIMEOUT_MS, log }, async (signal) => {
    const { files, relay } = await archiveOf(archive);
    const recovery = await planRecovery({ files, relay, to, target, spoolDir: spool }, signal);
    process.stdout.write(
      recoveryText(recovery, { target: placeOf(target), files: files.map((file) => basename(file)) }),
    );
    if (dryRun || recovery.survey.transactions === 0) return;
    const connector = await loadConnector('replica', process.cwd());
    const given = { url: options.target, mode: 'binlog', ...(password !== '' && { password }) };
    const sinkOptions = connector.options.parse({ ...given, ...(options.workers && { workers: options.workers }) });
    const control = new PipelineControl();
    await supervise({
      name: NAME,
      control,
      signal,
      log,
      retry: { attemptsMax: ATTEMPTS_MAX },
      attempt: (until) =>
        runPipeline({
          name: NAME,
          source: recovery.source,
          sink: resumable(
            connector.create(sinkOptions, { pipeline: NAME, log, stats: control.sinkStats }),
            memoryStore,
          ),
          signal: until,
          log,
          control,
          shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
        }),
    });
    if (signal.aborted) throw stopped(placeOf(target));
    process.stdout.write(`applied     ${recovery.survey.transactions} transactions\n`);
  });
}

const NAME = 'recover';

interface Archive {
  readonly files: readonly string[];
  /** Null: log files that no relay keeps. */
  readonly relay: ReadableRelay | null;
}

async function archiveOf(named: readonly string[]): Promise<Archive> {
  const [only = ''] = named;
  if (named.length > 1) return { files: named, relay: null };
  const found = statSync(only, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new RowtideError('USAGE', `there is no ${only}`, { hint: 'Name the folder of the archive.' });
  }
  if (!found.isDirectory()) return { files: named, relay: null };
  if (!isRelayFolder(only)) return { files: logFilesIn(only), relay: null };
  const relay = await openStored(only);
  return { files: relay.folder.files.map((file) => relay.folder.pathOf(file)), relay };
}

function stopped(place: string): RowtideError {
  return new RowtideError('SINK_UNREACHABLE', `the recovery of ${place} was stopped before its end`, {
    hint: 'Give the same command again: it goes on where it was.',
    retryable: true,
  });
}
