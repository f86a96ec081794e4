import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { registerInspect } from '../../../src/cli/commands/inspect.js';
import { normalised } from '../../../src/cli/inspect/arguments.js';

const program = new Command();
registerInspect(program, { run: async () => undefined });
const inspect = program.commands[0]!;
const read = (...args: string[]): string[] => normalised(inspect, args);

describe('arguments as MySQL’s programs take them', () => {
  it('take a value behind an equals sign, as the next one, or behind the letter', () => {
    for (const args of [['--database=shop'], ['--database', 'shop'], ['-d', 'shop'], ['-dshop']]) {
      expect(read(...args, 'binlog.000001')).toEqual(['--database=shop', 'binlog.000001']);
    }
  });

  it('join the letters of switches, the last of which may take a value', () => {
    expect(read('-vvs')).toEqual(['--verbose', '--verbose', '--short-form']);
    expect(read('-vj', '4')).toEqual(['--verbose', '--start-position=4']);
  });

  it('may be cut short where no other option begins so, and have underscores', () => {
    expect(read('--start-pos=4')).toEqual(['--start-position=4']);
    expect(read('--base64_output=never')).toEqual(['--base64-output=never']);
    expect(() => read('--start=4')).toThrow('--start may mean --start-position, --start-datetime');
  });

  it('turn switches off', () => {
    for (const off of ['--skip-force-if-open', '--disable-force-if-open', '--force-if-open=0', '--force-if-open=OFF']) {
      expect(read(off)).toEqual(['--no-force-if-open']);
    }
    expect(read('--skip-hexdump', '--enable-hexdump', '--hexdump=1')).toEqual(['--hexdump', '--hexdump']);
    expect(() => read('--hexdump=perhaps')).toThrow('neither on nor off');
  });

  it('count -v, and nothing else about it', () => {
    expect(read('-v', '--verbose')).toEqual(['--verbose', '--verbose']);
    for (const wrong of ['--verbose=2', '--skip-verbose']) expect(() => read(wrong)).toThrow('takes no value');
  });

  it('may have the names of older versions', () => {
    expect(read('--stop-never-slave-server-id=7')).toEqual(['--connection-server-id=7']);
    expect(read('--read-from-remote-master', 'BINLOG-DUMP-GTIDS')).toEqual([
      '--read-from-remote-source=BINLOG-DUMP-GTIDS',
    ]);
  });

  it('keep --skip-gtids, which is an option of its own', () => {
    expect(read('--skip-gtids')).toEqual(['--skip-gtids']);
  });

  it('have a password only right behind its option', () => {
    expect(read('-psecret', 'x')).toEqual(['--password=secret', 'x']);
    expect(read('-p', 'x')).toEqual(['--ask-password', 'x']);
    expect(read('--password', 'x')).toEqual(['--ask-password', 'x']);
  });

  it('may be unknown if they begin with loose', () => {
    expect(read('--loose-nonsense=1', '--loose-short-form')).toEqual(['--short-form']);
    expect(read('--nonsense=1')).toEqual(['--nonsense=1']);
  });

  it('end at two dashes', () => {
    expect(read('-s', '--', '-v')).toEqual(['--short-form', '--', '-v']);
  });
});
