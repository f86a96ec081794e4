import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { registerInspect } from '../../../src/cli/commands/inspect.js';
import { serverAddress } from '../../../src/cli/inspect/connection.js';
import { withDefaults } from '../../../src/cli/inspect/defaults.js';
import type { InspectOptions } from '../../../src/cli/inspect/options.js';
import { withoutPassword } from '../../../src/cli/password.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-defaults-'));
afterAll(() => rmSync(folder, { recursive: true }));

function inspectCommand(): Command {
  const program = new Command().exitOverride();
  registerInspect(program, { run: async () => undefined });
  return program.commands[0]!;
}

function optionFile(...lines: string[]): string {
  const path = join(folder, `${Math.random()}.cnf`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return `--defaults-file=${path}`;
}

const environment = { env: {}, warn: () => undefined };

/** What the command gets of a command line and its option files. */
function parsed(...args: string[]): InspectOptions {
  const command = inspectCommand();
  return command.parse(withDefaults(command, args, environment), { from: 'user' }).opts<InspectOptions>();
}

async function address(args: string[], { url = null, env = {} }: { url?: string | null; env?: object } = {}) {
  const { password, ...rest } = await serverAddress(url, parsed('--no-defaults', ...args), { ...env });
  return { ...rest, password: password.reveal() };
}

describe('option files', () => {
  test('come in front of the command line, which counts', () => {
    const file = optionFile('[client]', 'user=joe', 'host=db1', 'port=3307', '[mysqlbinlog]', 'verbose', 'skip_gtids');
    const options = parsed(file, '-h', 'db2', '-v', 'binlog.000001');
    expect(options).toMatchObject({ user: 'joe', host: 'db2', port: 3307, verbose: 2, skipGtids: true });
  });

  test('may hold what is for other clients, in their groups', () => {
    const foreign = ['default-character-set=utf8mb4', 'prompt=x', 'loose-nothing'];
    expect(parsed(optionFile('[client]', ...foreign, 'user=joe')).user).toBe('joe');
    expect(parsed(optionFile('[mysqlbinlog]', 'loose-prompt=x', 'user=joe')).user).toBe('joe');
    expect(() => parsed(optionFile('[mysqlbinlog]', 'prompt=x'))).toThrow(
      /\.cnf:2: rowtide inspect has no option prompt/,
    );
  });

  test('and -p: the last one counts', () => {
    const file = optionFile('[client]', 'password=from-file');
    expect(parsed(file).password).toBe('from-file');
    expect(parsed(file, '-pfrom-line').password).toBe('from-line');
    expect(parsed(file, '-p', 'binlog.000001')).toMatchObject({ askPassword: true });
    expect(parsed(file, '-p', 'binlog.000001').password).toBeUndefined();
  });

  test('do not include .mylogin.cnf', () => {
    expect(() => parsed('--login-path=x')).toThrow(/--login-path is not read/);
    expect(() => parsed('--login-path', 'x')).toThrow(/--login-path is not read/);
  });
});

describe('the server', () => {
  test('is where the options say', async () => {
    expect(await address(['-hdb1', '-P3307', '-ujoe', '-psecret'])).toMatchObject({
      ...{ host: 'db1', port: 3307, user: 'joe', password: 'secret', socket: null },
      tls: { mode: 'required' },
    });
    expect(await address(['-h127.0.0.1'])).toMatchObject({ port: 3306, user: userInfo().username, socket: null });
    const env = { MYSQL_PWD: 'from-env', MYSQL_TCP_PORT: '3308' };
    expect(await address(['-hdb1'], { env })).toMatchObject({ password: 'from-env', port: 3308 });
    expect(await address(['-hdb1', '-psecret'], { env })).toMatchObject({ password: 'secret' });
  });

  test('named localhost is its socket, as in the tools', async () => {
    expect(await address(['-S/run/x'])).toMatchObject({ socket: '/run/x' });
    expect(await address(['-hlocalhost', '-S/run/x'])).toMatchObject({ socket: '/run/x' });
    expect(await address(['-h127.0.0.1', '-S/run/x'])).toMatchObject({ socket: null });
    expect(await address(['-h127.0.0.1', '-S/run/x', '--protocol=SOCKET'])).toMatchObject({ socket: '/run/x' });
    expect(await address(['-S/run/x', '--protocol=tcp'])).toMatchObject({ socket: null, host: 'localhost' });
    expect(await address([], { env: { MYSQL_UNIX_PORT: '/run/y' } })).toMatchObject({ socket: '/run/y' });
    await expect(address(['--protocol=pipe'])).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('of a URL leaves open what the options then say', async () => {
    const args = ['-ujoe', '-psecret', '-P3307', '--ssl-mode=VERIFY_CA', '--ssl-ca=/ca.pem'];
    const opened = { user: 'joe', password: 'secret', port: 3307, tls: { mode: 'verify-ca', ca: '/ca.pem' } };
    expect(await address(args, { url: 'mysql://db1/' })).toMatchObject({ host: 'db1', ...opened });
    const url = 'mysql://ann:other@db1:3306/?ssl-mode=required';
    const closed = { user: 'ann', password: 'other', port: 3306, tls: { mode: 'required', ca: null } };
    expect(await address(args, { url })).toMatchObject(closed);
  });

  test.each([
    [['--ssl-mode=PREFERRED'], 'required'],
    [['--ssl-mode=DISABLED'], 'disabled'],
    [['--ssl-mode=verify_identity'], 'verify-identity'],
    [['--skip-ssl'], 'disabled'],
    [['--ssl'], 'required'],
    [['--ssl-verify-server-cert'], 'verify-identity'],
  ])('is encrypted by %s: %s', async (args, mode) => {
    expect(await address(['-hdb1', ...args])).toMatchObject({ tls: { mode } });
  });
});

test('a password on the command line is not shown', () => {
  expect(withoutPassword('-psecret')).toBe('-p***');
  expect(withoutPassword('--password=secret')).toBe('--password=***');
  expect(withoutPassword('--pass=secret')).toBe('--pass=***');
  expect(withoutPassword('--print-table-metadata')).toBe('--print-table-metadata');
  expect(withoutPassword('-p')).toBe('-p');
});
