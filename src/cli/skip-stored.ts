import { existsSync } from 'node:fs';
import { RowtideError } from '../core/errors.js';
import type { AnyGtid } from '../core/gtid.js';
import { redactor } from '../daemon/redact.js';
import { parseGtid, passedOver, skipIn } from '../daemon/skip.js';
import { checkpointPath } from '../daemon/state-folder.js';
import { moveStored, replacedPath } from '../daemon/stored.js';
import { type ControlOptions, stateDirOf } from './control.js';
import { loggerFor } from './options.js';
import { readConfig } from './run.js';

/** Marks a transaction as done while no rowtide runs: in the checkpoint of its pipeline, or in the sink that keeps its own. */
export async function skipStored(text: string, options: ControlOptions): Promise<void> {
  const gtid = parseGtid(text);
  const { pipeline, config } = options;
  const path = pipeline === undefined ? null : checkpointPath(stateDirOf(options), pipeline);
  if (path !== null && existsSync(path)) return skipInCheckpoint(gtid, path);
  if (config !== undefined) return skipInSink(gtid, config, options);
  throw new RowtideError('IO', `no rowtide runs with the state folder ${stateDirOf(options)}`, {
    hint:
      path === null
        ? 'Start it, or name the pipeline with --pipeline to skip the transaction in its checkpoint.'
        : `There is no checkpoint ${path} either. A sink that keeps its own is found with --config.`,
  });
}

async function skipInCheckpoint(gtid: AnyGtid, path: string): Promise<void> {
  await moveStored(path, ({ position }) => {
    const { log } = passedOver(position, [gtid]);
    if (log !== position.log) return log;
    throw nothingToSkip(path);
  });
  process.stderr.write(`rowtide: SKIPPED in ${path}; what was there before is in ${replacedPath(path)}\n`);
}

async function skipInSink(gtid: AnyGtid, file: string, options: ControlOptions): Promise<void> {
  const config = await readConfig(file);
  const [only, ...others] = config.pipelines.filter(({ name }) => name === (options.pipeline ?? name));
  if (only === undefined || others.length > 0) throw unnamed(config.pipelines.map(({ name }) => name));
  const { name, sink } = only;
  const log = await loggerFor(options, { level: 'warn', redact: redactor(config.secrets) });
  const made = sink.connector.create(sink.options, { pipeline: name, log });
  if ('state' in made) {
    throw new RowtideError('IO', `no rowtide runs, and pipeline ${name} has no checkpoint`, {
      hint: 'Start it, or name another one with --pipeline.',
    });
  }
  if (!(await skipIn(made, gtid, new AbortController().signal))) throw nothingToSkip(`the ${sink.name} of ${name}`);
  process.stderr.write(`rowtide: SKIPPED in the ${sink.name} of ${name}\n`);
}

function nothingToSkip(place: string): RowtideError {
  const message = `nothing to skip: ${place} holds that transaction, or a file and an offset, or the one is not the next of its MariaDB domain`;
  return new RowtideError('USAGE', message, {
    hint: 'See it with rowtide checkpoint show, or rowtide status; a file and offset is moved with rowtide checkpoint set --position.',
  });
}

function unnamed(names: readonly string[]): RowtideError {
  return new RowtideError('USAGE', 'no rowtide runs, and it is not clear which pipeline is meant', {
    hint: `Name it with --pipeline: ${names.join(', ')}.`,
  });
}
