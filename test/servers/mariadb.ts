/** A real MariaDB 11.x from Debian unstable, whatever it offers today; the same shape as `startMysql`. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { type Command, run } from './command.js';
import { DatabaseServer, type Installation, runAs, type StartOptions } from './database.js';
import { type DebianRoot, debian } from './debian.js';

export type MariadbServer = DatabaseServer;

export async function startMariadb(start: StartOptions = {}): Promise<MariadbServer> {
  return DatabaseServer.start(await installMariadb(), start);
}

export async function installMariadb(): Promise<Installation> {
  const root = await packages();
  const version = root.version('mariadb-server-core').replace(/^\d+:/, '');
  if (!version.startsWith('11.')) throw new Error(`Debian unstable offers MariaDB ${version}, the tests want 11.x`);
  const command = root.command(root.path('usr/sbin/mariadbd'));
  const options = [
    '--no-defaults',
    ...runAs,
    `--basedir=${root.path('usr')}`,
    `--lc-messages-dir=${root.path('usr/share/mariadb')}`,
    `--plugin-dir=${root.path('usr/lib/mysql/plugin')}`,
    '--innodb-log-file-size=128M',
  ];
  const folder = await cached(`data-mariadb-${version}`, async (building) => {
    const data = join(building, 'data');
    await mkdir(data);
    await run(command, [...options, '--bootstrap', `--datadir=${data}`], { input: await bootstrapSql(root) });
  });
  return { label: 'mariadb', version, command, options, template: join(folder, 'data') };
}

const packages = (): Promise<DebianRoot> =>
  debian({
    name: 'mariadb',
    suite: 'unstable',
    packages: ['mariadb-server-core', 'mariadb-client-core', 'mariadb-server', 'mariadb-client'],
    // What mariadb-server's scripts call; we start the daemon itself.
    without:
      /perl|^(systemd|libsystemd-shared|.*passwd|debconf|gawk|socat|rsync|lsof|psmisc|procps|iproute2|galera-4|libbpf1)$/,
  });

/** The client programs of MariaDB 11.x, the tests' oracles. */
export async function mariadbTool(name: 'mariadb' | 'mariadb-binlog' | 'mariadb-dump'): Promise<Command> {
  const root = await packages();
  return root.command(root.path(`usr/bin/${name}`));
}

/** What mariadb-install-db feeds; root may come from 127.0.0.1 by it. The bootstrap reads one statement to a line ending. */
async function bootstrapSql(root: DebianRoot): Promise<string> {
  const script = (name: string) => readFile(root.path(`usr/share/mariadb/${name}.sql`), 'utf8');
  return [
    'create database mysql;',
    'use mysql;',
    await script('mariadb_system_tables'),
    await script('mariadb_performance_tables'),
    await script('mariadb_system_tables_data'),
    '',
  ].join('\n');
}
