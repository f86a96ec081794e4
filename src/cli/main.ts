#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { RowtideError } from '../core/errors.js';
import { registerCheckpoint } from './commands/checkpoint.js';
import { registerDoctor } from './commands/doctor.js';
import { registerInspect } from './commands/inspect.js';
import { registerPauseAndResume } from './commands/pause-resume.js';
import { registerRun } from './commands/run.js';
import { registerSkip } from './commands/skip.js';
import { registerStatus } from './commands/status.js';
import { registerTail } from './commands/tail.js';
import { registerTypes } from './commands/types.js';
import { EXIT_CODES, exitCodeOf } from './exit-codes.js';
import { withDefaults } from './inspect/defaults.js';
import { withoutPassword } from './password.js';
import type { Registration, RunOptions } from './registration.js';
import { errorReport } from './report.js';

const REGISTER = [
  registerTail,
  registerInspect,
  registerRun,
  registerStatus,
  registerPauseAndResume,
  registerSkip,
  registerCheckpoint,
  registerTypes,
  registerDoctor,
];

function createProgram(registration: Registration): Command {
  const program = new Command('rowtide')
    .description('Change data capture for MySQL and MariaDB.')
    .version(version(), '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(`rowtide: USAGE: ${text.replace(/^error: /, '')}`) })
    .addHelpText(
      'after',
      `\nExit codes:\n${EXIT_CODES.map(([code, what]) => `  ${String(code).padStart(3)}  ${what}`).join('\n')}`,
    );
  for (const register of REGISTER) register(program, registration);
  return program;
}

function version(): string {
  // Built, this file is one folder deeper than in the sources.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const parsed = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (parsed.name === 'rowtide') return parsed.version;
    } catch {
      // The other one.
    }
  }
  return 'unknown';
}

/** Runs the command line; resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const isInspect = args[0] === 'inspect';
  // There, -v is about rows.
  const isVerbose = !isInspect && args.some((arg) => arg === '-v' || arg === '--verbose');
  const hidden = args.map((arg) => [arg, withoutPassword(arg)] as const).filter(([arg, shown]) => arg !== shown);
  const redact = (text: string): string => hidden.reduce((rest, [arg, shown]) => rest.replaceAll(arg, shown), text);
  if (hidden.length > 0) process.title = redact(['rowtide', ...args].join(' '));

  let status = 0;
  const run = async (work: () => Promise<void>, { exitCode }: RunOptions = {}): Promise<void> => {
    try {
      await work();
    } catch (error) {
      status = exitCodeOf(error);
      if (status !== 0) status = exitCode ?? status;
      // Whoever read our output has what they wanted.
      if (status === 0) return;
      process.stderr.write(errorReport(error, { verbose: isVerbose, redact }));
    }
  };
  try {
    const program = createProgram({ run });
    await program.parseAsync(isInspect ? inspectArguments(program, args) : [...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageStatus(error, isInspect);
    await run(() => Promise.reject(error instanceof Error ? error : new RowtideError('USAGE', String(error))));
  }
  return status;
}

/** Values that cannot be are a failure of their own in the programs that inspect stands in for. */
function usageStatus({ code }: CommanderError, isInspect: boolean): number {
  return isInspect && code === 'commander.invalidArgument' ? 1 : 2;
}

function inspectArguments(program: Command, args: readonly string[]): string[] {
  const command = program.commands.find((each) => each.name() === 'inspect')!;
  const warn = (message: string): void => void process.stderr.write(`rowtide: warning: ${message}\n`);
  return ['inspect', ...withDefaults(command, args.slice(1), { env: process.env, warn })];
}

process.exitCode = await main(process.argv.slice(2));
