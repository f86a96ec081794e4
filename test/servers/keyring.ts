import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseServer } from './database.js';
import { type MariadbVersion, startMariadb } from './mariadb.js';
import { installMysql } from './mysql.js';
import { newFolder } from './runs.js';

const COMPONENT = 'component_keyring_file';

/**
 * MySQL 9.7 whose log is encrypted at rest. Which keyring a server uses stands beside its program and its plugins, so
 * this one has a folder of its own for both.
 */
export async function startEncryptedMysql(options: readonly string[]): Promise<DatabaseServer> {
  const installation = await installMysql('9.7');
  const { command } = installation;
  const folder = newFolder('keyring');
  const plugins = join(folder, 'plugins');
  await mkdir(plugins, { recursive: true });
  const placed = { program: '', plugins: '' };
  const args = command.args.map((arg) => {
    if (basename(arg) !== 'mysqld') return arg;
    placed.program = arg;
    return join(folder, 'mysqld');
  });
  const own = installation.options.map((option) => {
    if (!option.startsWith('--plugin-dir=')) return option;
    placed.plugins = option.slice('--plugin-dir='.length);
    return `--plugin-dir=${plugins}`;
  });
  // The program is found by its path, so a symbolic link would lead back; across file systems there is no other one.
  await link(placed.program, join(folder, 'mysqld')).catch(() => copyFile(placed.program, join(folder, 'mysqld')));
  await copyFile(join(placed.plugins, `${COMPONENT}.so`), join(plugins, `${COMPONENT}.so`));
  await writeFile(join(folder, 'mysqld.my'), JSON.stringify({ components: `file://${COMPONENT}` }));
  const settings = { path: join(folder, 'keyring'), read_only: false };
  await writeFile(join(plugins, `${COMPONENT}.cnf`), JSON.stringify(settings));
  const made = { ...installation, command: { ...command, args }, options: own };
  return DatabaseServer.start(made, { options: ['--binlog-encryption=ON', ...options] });
}

/** MariaDB whose log is encrypted event by event. */
export async function startEncryptedMariadb(
  version: MariadbVersion,
  options: readonly string[],
): Promise<DatabaseServer> {
  const keys = join(newFolder('keys'), 'keys');
  await writeFile(keys, `1;${'5a'.repeat(32)}\n`);
  const plugin = ['--plugin-load-add=file_key_management', `--loose-file-key-management-filename=${keys}`];
  return startMariadb({ version, options: [...plugin, '--encrypt-binlog=ON', ...options] });
}
