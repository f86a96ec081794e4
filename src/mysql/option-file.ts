import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RowtideError } from '../core/errors.js';

/** One option of one of the groups that were asked for, where it stands. */
export interface FileOption {
  readonly group: string;
  /** Without dashes in front, otherwise as written: `read-from-remote-server`, `ssl_mode`, `skip-ssl`. */
  readonly name: string;
  /** Null where there is no `=`. */
  readonly value: string | null;
  /** `/etc/my.cnf:12`, for messages. */
  readonly place: string;
}

export interface OptionFileChoice {
  /** Without brackets. */
  readonly groups: readonly string[];
  /** Each group is read with this behind its name, too. */
  readonly groupSuffix?: string | undefined;
  /** --no-defaults: no file at all. */
  readonly noDefaults?: boolean | undefined;
  /** --defaults-file: this one, and no other; it has to be there. */
  readonly defaultsFile?: string | undefined;
  /** --defaults-extra-file: this one too, before the user's own; it has to be there. */
  readonly extraFile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file that is left out, and why. */
  warn(sentence: string): void;
}

const INCLUDE_DEPTH_MAX = 10;

/**
 * The options that the servers' own tools would find in my.cnf files, in the order in which they count: the last one of
 * a name wins. Files that anybody may write to are left out with a warning, as the tools do. Throws CONFIG_INVALID.
 */
export function readOptionFiles(choice: OptionFileChoice): FileOption[] {
  if (choice.noDefaults === true) return [];
  const suffix = choice.groupSuffix ?? choice.env.MYSQL_GROUP_SUFFIX ?? '';
  const groups = [...choice.groups, ...(suffix === '' ? [] : choice.groups.map((group) => group + suffix))];
  const read = (path: string, required: boolean): FileOption[] => readFile(path, { required, groups, choice });
  if (choice.defaultsFile !== undefined) return read(resolve(choice.defaultsFile), true);
  const { HOME, MYSQL_HOME } = choice.env;
  return [
    ...['/etc/my.cnf', '/etc/mysql/my.cnf'].flatMap((path) => read(path, false)),
    ...(MYSQL_HOME ? read(join(MYSQL_HOME, 'my.cnf'), false) : []),
    ...(choice.extraFile === undefined ? [] : read(resolve(choice.extraFile), true)),
    ...(HOME ? read(join(HOME, '.my.cnf'), false) : []),
  ];
}

interface Reading {
  readonly required: boolean;
  readonly groups: readonly string[];
  readonly choice: OptionFileChoice;
  readonly depth?: number;
}

function readFile(path: string, reading: Reading): FileOption[] {
  const text = readText(path, reading);
  if (text === null) return [];
  const wanted = new Set(reading.groups.map((group) => group.toLowerCase()));
  const depth = reading.depth ?? 0;
  const options: FileOption[] = [];
  for (const { line, group, entry } of parseOptionFile(text, path)) {
    if (entry.kind === 'option') {
      if (group !== null && wanted.has(group.toLowerCase())) {
        options.push({ group, name: entry.name, value: entry.value, place: `${path}:${line}` });
      }
    } else if (depth < INCLUDE_DEPTH_MAX) {
      const paths = entry.kind === 'include' ? [entry.path] : configFilesOf(resolve(dirname(path), entry.path));
      const inner = { ...reading, required: false, depth: depth + 1 };
      for (const included of paths) options.push(...readFile(resolve(dirname(path), included), inner));
    }
  }
  return options;
}

function readText(path: string, { required, choice }: Reading): string | null {
  try {
    const file = statSync(path);
    if (file.isFile() && (file.mode & 0o002) !== 0) {
      choice.warn(`${path} is left out: anybody may write to it`);
      return null;
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!required) return null;
    throw new RowtideError('CONFIG_INVALID', `cannot read the option file ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function configFilesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.cnf'))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

type Entry =
  | { readonly kind: 'option'; readonly name: string; readonly value: string | null }
  | { readonly kind: 'include' | 'includedir'; readonly path: string };

/** A line that says something, and the group that it is in. */
interface OptionLine {
  readonly line: number;
  readonly group: string | null;
  readonly entry: Entry;
}

/**
 * The lines of a my.cnf file:
 *
 *   # comment, ; comment, [group], !include PATH, !includedir PATH, name, name = value
 *
 * A value may stand in quotes, behind it may stand a # comment, and \n \t \r \b \s \" \' \\ are what they are in the
 * tools; any other backslash stays. `path` is for messages. Throws CONFIG_INVALID.
 */
function* parseOptionFile(text: string, path: string): Generator<OptionLine> {
  let group: string | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const said = raw.trim();
    const wrong = (what: string): RowtideError => new RowtideError('CONFIG_INVALID', `${path}:${line}: ${what}`);
    if (said === '' || said.startsWith('#') || said.startsWith(';')) continue;
    if (said.startsWith('[')) {
      const end = said.indexOf(']');
      if (end === -1) throw wrong('a group without its closing bracket');
      group = said.slice(1, end).trimEnd();
    } else if (said.startsWith('!')) {
      const include = /^!(include|includedir)\s+(.+)$/.exec(said);
      if (include === null) throw wrong('not a directive that option files have: !include or !includedir');
      yield { line, group, entry: { kind: include[1] as 'include' | 'includedir', path: include[2] ?? '' } };
    } else {
      if (group === null) throw wrong('an option in front of the first [group]');
      yield { line, group, entry: parseOption(withoutComment(said)) };
    }
  }
}

function parseOption(text: string): Entry {
  const equals = text.indexOf('=');
  if (equals === -1) return { kind: 'option', name: text.trimEnd(), value: null };
  const value = text.slice(equals + 1).trim();
  return { kind: 'option', name: text.slice(0, equals).trimEnd(), value: unescaped(unquoted(value)) };
}

/** Cut where a # stands outside of quotes. */
function withoutComment(text: string): string {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== '' && character === '\\') at++;
    else if (quote === '' && character === '#') return text.slice(0, at).trimEnd();
    else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
  }
  return text;
}

function unquoted(value: string): string {
  const isQuoted = value.length > 1 && /^["']/.test(value) && value.endsWith(value[0]!);
  return isQuoted ? value.slice(1, -1) : value;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', s: ' ' };

function unescaped(value: string): string {
  return value.replace(/\\([ntrbs"'\\])/g, (_, character: string) => ESCAPES[character] ?? character);
}
