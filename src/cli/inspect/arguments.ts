import type { Command, Option } from 'commander';
import { RowtideError } from '../../core/errors.js';

/** What stands in front of the name of a switch, and what it makes of it. */
const PREFIXES: Readonly<Record<string, boolean>> = { skip: false, disable: false, enable: true };
const TRUE = ['1', 'true', 'on'];
const FALSE = ['0', 'false', 'off'];

/**
 * Arguments as MySQL's programs take them, in the form that our parser takes: long options may be cut short where no
 * other begins so, underscores are dashes, switches take `--skip-` and `=0`, and a password needs an equals sign.
 */
export function normalised(command: Command, args: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') return [...out, ...args.slice(i)];
    if (arg.startsWith('--')) out.push(...long(command.options, arg, () => args[++i]));
    else if (arg.startsWith('-') && arg !== '-') out.push(...short(command.options, arg, () => args[++i]));
    else out.push(arg);
  }
  return out;
}

/** The first long option that is cut short, as only mariadb-binlog takes it. */
export function shortenedIn(command: Command, args: readonly string[]): string | undefined {
  const long = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length).filter((arg) => /^--\w/.test(arg));
  return long
    .map((arg) => arg.split('=')[0]!)
    .find((arg) => {
      const { option, isShortened } = find(
        command.options,
        arg
          .slice(2)
          .replaceAll('_', '-')
          .replace(/^loose-/, ''),
      );
      return option !== undefined && isShortened;
    });
}

/** What tools still take under an older name. */
const RENAMED: Readonly<Record<string, string>> = {
  'stop-never-slave-server-id': 'connection-server-id',
  'read-from-remote-master': 'read-from-remote-source',
};

type Next = () => string | undefined;

function long(options: readonly Option[], arg: string, next: Next): string[] {
  const equals = arg.indexOf('=');
  const name = (equals < 0 ? arg : arg.slice(0, equals)).slice(2).replaceAll('_', '-');
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  const isLoose = name.startsWith('loose-');
  const wanted = isLoose ? name.slice('loose-'.length) : name;
  const { option, on } = find(options, RENAMED[wanted] ?? wanted);
  // Not ours: the parser says so, unless it need not be ours.
  if (option === undefined) return isLoose ? [] : [arg];
  if (option.long === '--verbose' && (!on || value !== undefined)) {
    throw new RowtideError('USAGE', '--verbose takes no value, and cannot be taken back', {
      hint: 'Give -v as often as it is wanted.',
    });
  }
  if (isSwitch(option)) return switched(options, option, isOn(option, on, value));
  if (option.long === '--password' && value === undefined) return ['--ask-password'];
  return withValue(option, value ?? next());
}

function isOn(option: Option, on: boolean, value: string | undefined): boolean {
  if (value === undefined || TRUE.includes(value.toLowerCase())) return on;
  if (FALSE.includes(value.toLowerCase())) return !on;
  throw new RowtideError('USAGE', `${option.long} is a switch: ${JSON.stringify(value)} is neither on nor off`);
}

/** Switches that are off unless told otherwise have no name for that. */
function switched(options: readonly Option[], option: Option, on: boolean): string[] {
  const name = on ? option.long! : `--no-${option.long!.slice(2)}`;
  return byName(options, name.slice(2)) === undefined ? [] : [name];
}

function withValue(option: Option, value: string | undefined): string[] {
  return value === undefined ? [option.long!] : [`${option.long}=${value}`];
}

/** `-vv`, `-dshop`, `-d shop`: letters of switches, the last of them may take a value. */
function short(options: readonly Option[], arg: string, next: Next): string[] {
  const out: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const letter = `-${arg[at]}`;
    const option = options.find((each) => each.short === letter);
    if (option === undefined) return [...out, letter];
    if (isSwitch(option)) {
      out.push(option.long!);
      continue;
    }
    const rest = arg.slice(at + 1);
    if (option.long === '--password') return [...out, ...(rest === '' ? ['--ask-password'] : [`--password=${rest}`])];
    return [...out, ...withValue(option, rest === '' ? next() : rest)];
  }
  return out;
}

function isSwitch(option: Option): boolean {
  return !option.required && !option.optional;
}

interface Found {
  readonly option: Option | undefined;
  readonly on: boolean;
  readonly isShortened: boolean;
}

function find(options: readonly Option[], name: string): Found {
  const exact = byName(options, name);
  if (exact !== undefined) return { option: exact, on: true, isShortened: false };
  const [, prefix = '', rest = ''] = /^([a-z]+)-(.+)$/.exec(name) ?? [];
  const on = PREFIXES[prefix];
  const whole = on === undefined ? undefined : byName(options, rest);
  const switched = on === undefined ? undefined : (whole ?? begun(options.filter(isSwitch), rest));
  if (on !== undefined && switched !== undefined && isSwitch(switched)) {
    return { option: switched, on, isShortened: whole === undefined };
  }
  return { option: begun(options, name), on: true, isShortened: true };
}

function byName(options: readonly Option[], name: string): Option | undefined {
  return options.find(({ long }) => long === `--${name}`);
}

/** The option that alone begins so. */
function begun(options: readonly Option[], name: string): Option | undefined {
  const found = options.filter(({ long, hidden }) => !hidden && long?.startsWith(`--${name}`));
  if (found.length < 2) return found[0];
  throw new RowtideError('USAGE', `--${name} may mean ${found.map(({ long }) => long).join(', ')}`);
}
