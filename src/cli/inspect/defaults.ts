import type { Command } from 'commander';
import { RowtideError } from '../../core/errors.js';
import { type FileOption, readOptionFiles } from '../../mysql/option-file.js';
import { normalised, shortenedIn } from './arguments.js';

/** What mysqlbinlog and mariadb-binlog read. In those of all clients, an option may be for another one. */
const OWN_GROUPS = ['mysqlbinlog', 'mariadb-binlog'];
const CLIENT_GROUPS = ['client', 'client-server', 'client-mariadb'];

export interface DefaultsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

/**
 * The command line behind what my.cnf files say, in the form that our parser takes: as in the tools, what comes later
 * counts. Throws USAGE and CONFIG_INVALID.
 */
export function withDefaults(command: Command, args: readonly string[], { env, warn }: DefaultsOptions): string[] {
  const given = normalised(command, args).filter((arg) => arg !== '--no-login-paths');
  if (given.some((arg) => /^--login-path(=|$)/.test(arg))) {
    throw new RowtideError(
      'USAGE',
      '--login-path is not read: .mylogin.cnf hides passwords, it does not protect them',
      {
        hint: 'Put user and password into a file that only you can read, and name it by --defaults-extra-file.',
      },
    );
  }
  const lastOf = (name: string): string | undefined =>
    given.findLast((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const options = readOptionFiles({
    groups: [...OWN_GROUPS, ...CLIENT_GROUPS],
    groupSuffix: lastOf('defaults-group-suffix'),
    noDefaults: given.includes('--no-defaults'),
    defaultsFile: lastOf('defaults-file'),
    extraFile: lastOf('defaults-extra-file'),
    env,
    warn,
  });
  const shortened = shortenedIn(command, args);
  const told = shortened === undefined ? [] : [`--shortened=${shortened}`];
  return withLastPassword([...options.flatMap((option) => asArguments(command, option)), ...told, ...given]);
}

/** Of -p, -pPASSWORD and those of files the last one counts. */
function withLastPassword(args: readonly string[]): string[] {
  const isPassword = (arg: string): boolean => arg === '--ask-password' || arg.startsWith('--password=');
  const last = args.findLastIndex(isPassword);
  return args.filter((arg, index) => index >= last || !isPassword(arg));
}

function asArguments(command: Command, option: FileOption): string[] {
  const argument = option.value === null ? `--${option.name}` : `--${option.name}=${option.value}`;
  const args = normalised(command, [argument]);
  const isKnown = args.every((arg) => command.options.some(({ long }) => long === arg.split('=')[0]));
  if (isKnown) return args;
  const mayBeForeign = CLIENT_GROUPS.some((group) => option.group.toLowerCase().startsWith(group));
  if (mayBeForeign || /^loose[-_]/.test(option.name)) return [];
  throw new RowtideError('CONFIG_INVALID', `${option.place}: rowtide inspect has no option ${option.name}`, {
    hint: `Take it out of [${option.group}], or write loose-${option.name} there.`,
  });
}
