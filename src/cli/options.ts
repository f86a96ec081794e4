import { type Command, InvalidArgumentError, Option } from 'commander';
import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { Logger } from 'pino';
import { createLogger, LOG_FORMATS, type LoggerOptions } from '../daemon/logger.js';

/** What every command takes. */
export interface CommonOptions {
  readonly verbose?: true;
  readonly quiet?: true;
  readonly logFormat: LoggerOptions['format'];
  readonly color: 'auto' | 'always' | 'never';
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('-v, --verbose', 'say more, and where in the program errors happen')
    .option('-q, --quiet', 'say only what fails')
    .addOption(new Option('--log-format <form>', 'form of the log on stderr').choices(LOG_FORMATS).default('auto'))
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'));
}

/** Whether `stream` gets colours: the option, then NO_COLOR and FORCE_COLOR, then whether it is a terminal. */
export function isColoured({ color }: Pick<CommonOptions, 'color'>, stream: { isTTY?: boolean }): boolean {
  if (color !== 'auto') return color === 'always';
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}

export function colorsFor(options: Pick<CommonOptions, 'color'>, stream: { isTTY?: boolean }): Colors {
  return picocolors.createColors(isColoured(options, stream));
}

export function loggerFor(
  options: CommonOptions,
  { level, redact }: Pick<LoggerOptions, 'level' | 'redact'>,
): Promise<Logger> {
  return createLogger({
    level: options.verbose ? 'debug' : options.quiet ? 'error' : level,
    format: options.logFormat,
    colour: isColoured(options, process.stderr),
    redact,
  });
}

/** For options that may be given again. */
export function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It is a whole number above zero.');
  }
  return value;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** `8s`, `500ms`, `2m`; a bare number counts seconds. */
export function durationMs(text: string): number {
  const [, value, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (value === undefined) throw new InvalidArgumentError('It is a time like 8s, 500ms or 2m.');
  return Number(value) * (UNITS[unit] ?? 1000);
}

/** For options of the form `key=value` that may be given again. */
export function pairs(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('It is a name and a value: key=value.');
  return { ...before, [key]: value };
}
