#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { RowtideError } from '../core/errors.js';
import { EXIT_CODES, exitCodeOf } from './exit-codes.js';
import { withDefaults } from './inspect/defaults.js';
import { withoutPassword } from './password.js';
import type { Registration, RunOptions } from './registration.js';
import { errorReport } from './report.js';
import { version } from './version.js';

type Register = (program: Command, registration: Registration) => void;

const pauseAndResume = async (): Promise<Register> =>
  (await import('./commands/pause-resume.js')).registerPauseAndResume;

/** Each command is loaded when it is called: they need very different things, and most of the time to start is loading. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  tail: async () => (await import('./commands/tail.js')).registerTail,
  inspect: async () => (await import('./commands/inspect.js')).registerInspect,
  run: async () => (await import('./commands/run.js')).registerRun,
  status: async () => (await import('./commands/status.js')).registerStatus,
  pause: pauseAndResume,
  resume: pauseAndResume,
  replica: async () => (await import('./commands/replica.js')).registerReplica,
  relay: async () => (await import('./commands/relay.js')).registerRelay,
  delayed: async () => (await import('./commands/delayed.js')).registerDelayed,
  resync: async () => (await import('./commands/resync.js')).registerResync,
  skip: async () => (await import('./commands/skip.js')).registerSkip,
  checkpoint: async () => (await import('./commands/checkpoint.js')).registerCheckpoint,
  types: async () => (await import('./commands/types.js')).registerTypes,
  doctor: async () => (await import('./commands/doctor.js')).registerDoctor,
  recover: async () => (await import('./commands/recover.js')).registerRecover,
};

/** The command that is called; all of them, for help and for what is no command. */
async function registersFor(name: string | undefined): Promise<Register[]> {
  const called = name !== undefined && Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
  return Promise.all([...new Set(called)].map((load) => load()));
}

async function createProgram(name: string | undefined, registration: Registration): Promise<Command> {
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
  for (const register of await registersFor(name)) register(program, registration);
  return program;
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
    const program = await createProgram(args[0], { run });
    await program.parseAsync(isInspect ? inspectArguments(program, args) : [...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageStatus(error, isInspect);
    await run(() => Promise.reject(error instanceof Error ? error : new RowtideError('USAGE', String(error))));
  }
  return status;
}

/** Values that cannot be are a failure of their own in the programs that inspect stands in for. */
function usageStatus({ code, exitCode }: CommanderError, isInspect: boolean): number {
  return isInspect && code === 'commander.invalidArgument' ? exitCode : 2;
}

function inspectArguments(program: Command, args: readonly string[]): string[] {
  const command = program.commands.find((each) => each.name() === 'inspect')!;
  const warn = (message: string): void => void process.stderr.write(`rowtide: warning: ${message}\n`);
  return ['inspect', ...withDefaults(command, args.slice(1), { env: process.env, warn })];
}

process.exitCode = await main(process.argv.slice(2));
