import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readStateDir } from '../config/load.js';
import { surroundingsOfProcess } from '../config/substitute.js';
import { RowtideError } from '../core/errors.js';
import { askControl, type ControlAnswer, type ControlRequest } from '../daemon/control.js';
import type { RelayStatus } from '../daemon/relay-status.js';
import { controlPath } from '../daemon/state-folder.js';
import type { PipelineStatus } from '../daemon/status.js';
import type { CommonOptions } from './options.js';

/** How a command finds the daemon that it talks to. */
export interface ControlOptions extends CommonOptions {
  readonly config?: string;
  readonly state?: string;
  readonly pipeline?: string;
  readonly json?: true;
}

export function addControlOptions(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'the configuration that rowtide run was given').conflicts('state'))
    .option('--state <dir>', 'its state folder, instead of --config')
    .option('--json', 'print JSON');
}

export function stateDirOf({ config, state }: ControlOptions): string {
  if (state !== undefined) return resolve(state);
  if (config === undefined) {
    throw new RowtideError('USAGE', 'neither --config nor --state is given', {
      hint: 'Give the configuration that rowtide run was started with.',
    });
  }
  return readStateDir(config, surroundingsOfProcess());
}

/** Asks the running daemon how its pipelines are, or to do something with them; IO if there is none. */
export async function ask(options: ControlOptions, request: ControlRequest): Promise<readonly PipelineStatus[]> {
  return (await answerTo(options, request)).pipelines;
}

export async function askRelays(options: ControlOptions): Promise<readonly RelayStatus[]> {
  return (await answerTo(options, { command: 'status' })).relays;
}

async function answerTo(options: ControlOptions, request: ControlRequest): Promise<ControlAnswer> {
  const path = controlPath(stateDirOf(options));
  const reply = await askControl(path, request);
  if (reply !== null) return reply;
  throw new RowtideError('IO', `no rowtide run listens on ${path}`, {
    hint: 'Start it with rowtide run --config FILE, or name the configuration that it was started with.',
  });
}
