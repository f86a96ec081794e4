import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FORMAT_NAMES } from '../../src/format/names.js';
import { rowtide } from './rowtide.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-usage-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('help', () => {
  test('lists the commands and the exit codes', async () => {
    const { status, stdout, stderr } = await rowtide(['--help']);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const name of ['tail', 'run', 'status', 'pause', 'resume', 'skip', 'checkpoint'])
      expect(stdout).toContain(`\n  ${name} `);
    expect(stdout).toMatch(/^ +69 {2}the source or the sink cannot be reached$/m);
  });

  test.each([
    ['tail'],
    ['run'],
    ['status'],
    ['pause'],
    ['resume'],
    ['skip'],
    ['checkpoint', 'show'],
    ['checkpoint', 'set'],
  ])('of %s shows examples', async (...command) => {
    const { status, stdout } = await rowtide([...command, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}\$ rowtide /);
  });

  test('without a command it is an answer to wrong usage', async () => {
    const { status, stdout, stderr } = await rowtide([]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: rowtide');
  });

  test('--version is one line', async () => {
    const { status, stdout } = await rowtide(['--version']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage ends with 2 and one sentence', () => {
  const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
  test.each([
    [['tail'], 'rowtide: USAGE: missing required argument'],
    [['tial'], 'Did you mean tail?'],
    [['tail', 'x', '--frm', 'now'], "rowtide: USAGE: unknown option '--frm'"],
    [['tail', 'x', '--from', 'yesterday'], 'rowtide: USAGE: not a place in a binlog: "yesterday"'],
    [['tail', 'x', '--until', 'beginning'], 'rowtide: USAGE: nothing lies before the beginning'],
    [['tail', 'x', '--limit', '0'], 'It is a whole number above zero.'],
    [['tail', 'x', '--format', 'xml'], `Allowed choices are pretty, ${FORMAT_NAMES.join(', ')}, none.`],
    [['tail', 'x', '--format', 'json', '--format-option', 'indent'], 'It is a name and a value: key=value.'],
    [
      ['tail', 'x', '--format', 'json', '--format-option', 'indent=2'],
      'rowtide: USAGE: --format-option does not fit --format json: Unrecognized key: "indent"',
    ],
    [['tail', 'x', '--format-option', 'indent=2'], 'rowtide: USAGE: --format pretty has no options'],
    [['tail', 'x', '--print', '%{nope}'], 'rowtide: USAGE: --print knows no %{nope}'],
    [['tail', 'x', '--print', '%{op}', '--format', 'json'], 'cannot be used with'],
    [['tail', 'x', '--include', 'shop'], 'rowtide: USAGE: not a table pattern: "shop"'],
    [['tail', 'mysql://a', 'mysql://b'], 'rowtide: USAGE: a server is tailed alone'],
    [['tail', 'mysql://a/?tls=yes'], 'rowtide: USAGE: a server’s URL has no parameter tls'],
    [['tail', 'mysql://a', '-p'], 'rowtide: USAGE: there is no terminal to ask for a password'],
    [['tail', '-', 'b.000001'], 'rowtide: USAGE: standard input cannot be mixed with files'],
    [['tail', 'b.000001', '--schema', 'assume-current'], 'rowtide: USAGE: columns cannot be assumed from files'],
    [['run'], "rowtide: USAGE: required option '--config <file>' not specified"],
    [['status'], 'rowtide: USAGE: neither --config nor --state is given'],
    [['skip', `${uuid}:1-2`, '--state', '.'], `rowtide: USAGE: not one GTID: "${uuid}:1-2"`],
    [['checkpoint', 'set', 'x'], 'rowtide: USAGE: not a place in a binlog'],
  ])('%j', async (args, sentence) => {
    const { status, stdout, stderr } = await rowtide(args);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
    expect([status, stdout]).toEqual([2, '']);
  });
});

describe('a configuration', () => {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('that is right is said to be so', async () => {
    const path = write(
      'right.yaml',
      'pipelines:\n  a: { source: { files: [b.000001] }, sink: { file: { path: out.jsonl } } }\n  b: { source: { url: mysql://db }, sink: { kafka: { brokers: ["k:9092"] } } }\n',
    );
    const { status, stdout } = await rowtide(['run', '--config', path, '--check']);
    expect(stdout).toBe(
      `${path} is right: 2 pipelines\n  a: into file, each change exactly once\n  b: into kafka, each change at least once\n`,
    );
    expect(status).toBe(0);
  });

  test('that is wrong ends with 78 and all its problems, without the passwords in it', async () => {
    const path = write(
      'wrong.yaml',
      'pipelines:\n  a:\n    source: { url: "mysql://u:hunter22@db", prot: 1 }\n    sink: { file: { path: 5 } }\n  b:\n    source: { url: "http://u:hunter22@db" }\n    sink: { nosuchsink: {} }\n',
    );
    const { status, stderr } = await rowtide(['run', '--config', path, '--check', '--verbose']);
    expect(status).toBe(78);
    expect(stderr).toContain(`rowtide: CONFIG_INVALID: ${path}:3:`);
    expect(stderr).toContain(`${path}:3:45 pipelines.a.source.prot: unknown key`);
    expect(stderr).toContain(`${path}:4:27 pipelines.a.sink.file.path: `);
    expect(stderr).toContain(`${path}:6:20 pipelines.b.source.url: a URL of http: where mysql: is expected`);
    expect(stderr).toContain(`${path}:7:13 pipelines.b.sink.nosuchsink: there is no connector nosuchsink`);
    expect(stderr).not.toContain('hunter22');
  });

  test('that is not there ends with 78', async () => {
    const { status, stderr } = await rowtide(['run', '--config', join(folder, 'none.yaml')]);
    expect(status).toBe(78);
    expect(stderr).toMatch(/^rowtide: CONFIG_INVALID: cannot read .*none\.yaml: ENOENT/);
  });

  test('takes a connector from a file or a package beside it', async () => {
    const connector = `const any = { safeParse: (data) => ({ success: true, data }) };
export default { name: 'own', delivery: 'at-least-once', options: any, create: () => ({}) };`;
    write('own-sink.mjs', connector);
    const path = write(
      'own.yaml',
      'pipelines: { a: { source: { files: [b.000001] }, sink: { ./own-sink.mjs: {} } } }\n',
    );
    const { status, stdout, stderr } = await rowtide(['run', '--config', path, '--check']);
    expect(stderr).toBe('');
    expect(stdout).toContain('a: into ./own-sink.mjs, each change at least once');
    expect(status).toBe(0);
  });
});
