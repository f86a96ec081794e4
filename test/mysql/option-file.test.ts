import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type FileOption, type OptionFileChoice, readOptionFiles } from '../../src/mysql/option-file.js';
import { run } from '../servers/command.js';
import { mariadbTool } from '../servers/mariadb.js';
import { mysqlTool } from '../servers/mysql.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-option-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

let serial = 0;

function file(...lines: string[]): string {
  const path = join(folder, `${++serial}.cnf`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function read(choice: Partial<OptionFileChoice>): FileOption[] {
  const warn = (sentence: string): void => void warnings.push(sentence);
  return readOptionFiles({ groups: ['mysqlbinlog', 'client'], env: {}, warn, ...choice });
}

const warnings: string[] = [];
const asArguments = (options: FileOption[]): string[] =>
  options.map(({ name, value }) => (value === null ? `--${name}` : `--${name}=${value}`));

/** What a value or a line may look like; no value holds a space where the tool's one line of output would hide it. */
const LINES = [
  'user = joe   # comment',
  "host='quo\\'ted'",
  'socket="a#b;c"',
  'socket=a;b',
  'socket = a"b#c"#d',
  'socket = "a"b"c"',
  "socket = 'a#b",
  'socket=\\\\a\\sb\\"c\\\'d\\qe\\',
  'port=',
  'port = ',
  'skip-ssl',
  'skip-ssl # yes',
  'ssl_mode=REQUIRED=x',
  '\tset-charset =\tutf8mb4\t',
  '# comment',
  '; comment',
  '',
  'skip-gtids ; not a comment',
  '"quoted-name"=1',
  'database="',
  "database=''",
];

describe('options files', () => {
  test('are read as the servers’ tools read them', async () => {
    const path = file(
      '[client]',
      ...LINES,
      '[ mysqlbinlog ]',
      'not=here',
      '[CLIENT] trailing',
      'user=upper',
      '[mysqlbinlog]',
      'verbose',
      '[clientx]',
      'verbose',
      '[client-x]',
      'verbose=3',
    );
    const arguments_ = asArguments(read({ defaultsFile: path, groupSuffix: '-x' }));
    for (const tool of [await mysqlTool('mysqlbinlog'), await mariadbTool('mariadb-binlog')]) {
      const printed = await run(tool, [`--defaults-file=${path}`, '--defaults-group-suffix=-x', '--print-defaults']);
      expect(printed.split('\n')[1]).toBe(`${arguments_.join(' ')} `);
    }
    expect(arguments_).toContain('--socket=\\a b"c\'d\\qe\\');
    expect(arguments_.at(-1)).toBe('--verbose=3');
  });

  test('include others, each in its place and with groups of its own', async () => {
    const included = file('[client]', 'user=included', '[other]', 'user=no');
    mkdirSync(join(folder, 'conf.d'));
    for (const name of ['2.cnf', '10.cnf', 'no.txt']) {
      writeFileSync(join(folder, 'conf.d', name), `[client]\nuser=${name}\n`);
    }
    const path = file('[client]', 'user=first', `!include ${included}`, 'host=h', `!includedir ${folder}/conf.d`);
    const arguments_ = asArguments(read({ defaultsFile: path }));
    const printed = await run(await mysqlTool('mysqlbinlog'), [`--defaults-file=${path}`, '--print-defaults']);
    expect(printed.split('\n')[1]).toBe(`${arguments_.join(' ')} `);
    expect(arguments_).toEqual(['--user=first', '--user=included', '--host=h', '--user=10.cnf', '--user=2.cnf']);
  });

  test('of a loop of includes end', () => {
    const path = join(folder, 'loop.cnf');
    writeFileSync(path, `[client]\nuser=again\n!include ${path}\n`);
    expect(read({ defaultsFile: path })).toHaveLength(11);
  });

  test('come from the usual places, the user’s own last', () => {
    const home = mkdtempSync(join(folder, 'home-'));
    writeFileSync(join(home, '.my.cnf'), '[client]\nuser=home\n');
    const extraFile = file('[client]', 'user=extra');
    expect(asArguments(read({ env: { HOME: home }, extraFile })).slice(-2)).toEqual(['--user=extra', '--user=home']);
    expect(read({ env: { HOME: home }, noDefaults: true })).toEqual([]);
    expect(asArguments(read({ env: { HOME: home }, defaultsFile: extraFile }))).toEqual(['--user=extra']);
  });

  test('that anybody may write to are left out, with a warning', () => {
    const path = file('[client]', 'user=anybody');
    chmodSync(path, 0o666);
    expect(read({ defaultsFile: path })).toEqual([]);
    expect(warnings).toEqual([`${path} is left out: anybody may write to it`]);
  });

  test('that are wrong or missing are refused, with the place', () => {
    expect(() => read({ defaultsFile: file('[client') })).toThrow(/:1: a group without its closing bracket/);
    expect(() => read({ defaultsFile: file('# c', 'user=x') })).toThrow(/:2: an option in front of the first/);
    expect(() => read({ defaultsFile: file('!incluse /x') })).toThrow(/not a directive/);
    expect(() => read({ defaultsFile: join(folder, 'none.cnf') })).toThrow(/cannot read the option file/);
  });
});
