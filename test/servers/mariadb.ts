/** Real MariaDB servers: 11.x from Debian unstable, whatever it offers today, and 10.11 from Debian 12; as `startMysql`. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.js';
import { type Command, run } from './command.js';
import { DatabaseServer, type Installation, runAs, type StartOptions } from './database.js';
import { type DebianRoot, type DebianSet, debian } from './debian.js';

export type MariadbVersion = '11.8' | '10.11';
export type MariadbServer = DatabaseServer;

export interface StartMariadbOptions extends StartOptions {
  version?: MariadbVersion;
}

interface Release {
  readonly name: string;
  readonly suite: DebianSet['suite'];
  readonly versions: RegExp;
  /** Below /usr/share: messages and the scripts that make the server's own tables, which are named alike. */
  readonly share: 'mariadb' | 'mysql';
}

const releases: Record<MariadbVersion, Release> = {
  '11.8': { name: 'mariadb', suite: 'unstable', versions: /^11\./, share: 'mariadb' },
  '10.11': { name: 'mariadb1011', suite: 'bookworm', versions: /^10\.11\./, share: 'mysql' },
};

export async function startMariadb({ version, ...start }: StartMariadbOptions = {}): Promise<MariadbServer> {
  return DatabaseServer.start(await installMariadb(version), start);
}

export async function installMariadb(wanted: MariadbVersion = '11.8'): Promise<Installation> {
  const { name, suite, versions, share } = releases[wanted];
  const root = await packages(wanted);
  const version = root.version('mariadb-server-core').replace(/^\d+:/, '');
  if (!versions.test(version)) throw new Error(`Debian ${suite} offers MariaDB ${version}, the tests want ${wanted}`);
  const command = root.command(root.path('usr/sbin/mariadbd'));
  const options = [
    '--no-defaults',
    ...runAs,
    `--basedir=${root.path('usr')}`,
    `--lc-messages-dir=${root.path(`usr/share/${share}`)}`,
    `--plugin-dir=${root.path('usr/lib/mysql/plugin')}`,
    '--innodb-log-file-size=128M',
  ];
  const folder = await cached(`data-mariadb-${version}`, async (building) => {
    const data = join(building, 'data');
    await mkdir(data);
    await run(command, [...options, '--bootstrap', `--datadir=${data}`], { input: await bootstrapSql(root, share) });
  });
  return { label: name, version, command, options, template: join(folder, 'data') };
}

function packages(version: MariadbVersion): Promise<DebianRoot> {
  const { name, suite } = releases[version];
  return debian({
    name,
    suite,
    packages: ['mariadb-server-core', 'mariadb-client-core', 'mariadb-server', 'mariadb-client'],
    // What mariadb-server's scripts call; we start the daemon itself.
    without:
      /perl|^(systemd|libsystemd-shared|.*passwd|debconf|gawk|socat|rsync|lsof|psmisc|procps|iproute2|galera-4|libbpf1)$/,
  });
}

/** The client programs of MariaDB, the tests' oracles. */
export async function mariadbTool(
  name: 'mariadb' | 'mariadb-binlog' | 'mariadb-dump',
  version: MariadbVersion = '11.8',
): Promise<Command> {
  const root = await packages(version);
  return root.command(root.path(`usr/bin/${name}`));
}

/** What mariadb-install-db feeds; root may come from 127.0.0.1 by it. The bootstrap reads one statement to a line ending. */
async function bootstrapSql(root: DebianRoot, share: string): Promise<string> {
  const script = (name: string) => readFile(root.path(`usr/share/${share}/${share}_${name}.sql`), 'utf8');
  return [
    'create database mysql;',
    'use mysql;',
    await script('system_tables'),
    await script('performance_tables'),
    await script('system_tables_data'),
    '',
  ].join('\n');
}
