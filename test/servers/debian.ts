/**
 * Programs from Debian packages without installing them: apt resolves and downloads with lists and states of its own,
 * checks everything against the archive's signed index, and what it brought is unpacked into the cache and run through
 * its own loader. So neither root nor the distribution's release matter, only that apt and Debian's keyring are there.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { cached } from './cache.js';
import { type Command, program, run } from './command.js';

export interface DebianSet {
  /** Names the folder in the cache. */
  name: string;
  suite: 'unstable' | 'bookworm';
  packages: readonly string[];
  /** Dependencies that the programs we run do not need. */
  without?: RegExp;
}

export class DebianRoot {
  constructor(
    readonly folder: string,
    private readonly versions: Readonly<Record<string, string>>,
  ) {}

  version(name: string): string {
    const version = this.versions[name];
    if (version === undefined) throw new Error(`the package ${name} is not in ${this.folder}`);
    return version;
  }

  path(inside: string): string {
    return join(this.folder, inside);
  }

  /** A program of these packages, or of `file` elsewhere, run by the loader and the libraries of these packages. */
  command(file: string): Command {
    const loader = loaders.map((path) => this.path(path)).find((path) => existsSync(path));
    if (!loader) throw new Error(`no loader in ${this.folder}: libc6 is missing from its packages`);
    const libraries = libraryFolders.map((folder) => this.path(folder)).join(':');
    return program(loader, '--library-path', libraries, file);
  }
}

/** Before and since Debian merged the top folders into /usr. */
const libraryFolders = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];
const loaders = ['usr/lib64/ld-linux-x86-64.so.2', 'lib64/ld-linux-x86-64.so.2'];

export async function debian(set: DebianSet): Promise<DebianRoot> {
  const folder = await cached(`debian-${set.name}`, async (building) => {
    await requireDebianTools(set.name);
    const versions = await download(set, join(building, 'apt'));
    await unpack(join(building, 'apt/debs'), join(building, 'root'));
    await rm(join(building, 'apt'), { recursive: true });
    await writeFile(join(building, 'versions.json'), JSON.stringify(versions, null, 2));
  });
  const versions = JSON.parse(await readFile(join(folder, 'versions.json'), 'utf8')) as Record<string, string>;
  return new DebianRoot(join(folder, 'root'), versions);
}

async function download(set: DebianSet, folder: string): Promise<Record<string, string>> {
  const env = { APT_CONFIG: await configure(set.suite, folder), LC_ALL: 'C' };
  await run(program('apt-get'), ['update', '--error-on=any'], { env });
  const plan = await run(program('apt-get'), ['install', '--simulate', ...set.packages], { env });
  const versions: Record<string, string> = {};
  for (const [, name, version] of plan.matchAll(/^Inst (\S+) \((\S+)/gm)) {
    if (name && version && !set.without?.test(name)) versions[name] = version;
  }
  const wanted = Object.entries(versions).map(([name, version]) => `${name}=${version}`);
  await run(program('apt-get'), ['download', ...wanted], { env, cwd: join(folder, 'debs') });
  return versions;
}

/** An apt of its own: one archive, no package installed, nothing of the machine's state read or written. */
async function configure(suite: string, folder: string): Promise<string> {
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'debs']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const stanza = [
    'Types: deb',
    `URIs: ${await mirror()}`,
    `Suites: ${suite}`,
    'Components: main',
    'Architectures: amd64',
    `Signed-By: ${keyring}`,
  ];
  await writeFile(join(folder, 'debian.sources'), `${stanza.join('\n')}\n`);
  await writeFile(join(folder, 'status'), '');
  const settings = [
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::sourcelist "${folder}/debian.sources";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'APT::Architecture "amd64";',
    'APT::Install-Recommends "false";',
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
  ];
  const file = join(folder, 'apt.conf');
  await writeFile(file, `${settings.join('\n')}\n`);
  return file;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The archive this machine itself is configured with. */
async function mirror(): Promise<string> {
  const named = process.env.ROWTIDE_DEBIAN_MIRROR;
  if (named) return named;
  const targets = await run(program('apt-get'), ['indextargets', '--format', '$(REPO_URI)']);
  const found = targets.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (found) return found;
  throw new Error('no Debian archive is in this machine’s apt sources: name one in ROWTIDE_DEBIAN_MIRROR');
}

async function unpack(debs: string, root: string): Promise<void> {
  await mkdir(root);
  for (const deb of await readdir(debs)) await run(program('dpkg-deb'), ['--extract', join(debs, deb), root]);
  await relink(root);
}

/** A link to `/etc/…` means the one in these packages. */
async function relink(root: string): Promise<void> {
  const links = await run(program('find'), [root, '-type', 'l', '-lname', '/*']);
  for (const link of links.split('\n').filter(Boolean)) {
    const target = relative(dirname(link), join(root, await readlink(link)));
    await rm(link);
    await symlink(target, link);
  }
}

async function requireDebianTools(what: string): Promise<void> {
  const missing: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') missing.push('Linux on x86-64');
  if (!existsSync('/usr/bin/apt-get')) missing.push('apt-get');
  if (!existsSync('/usr/bin/dpkg-deb')) missing.push('dpkg-deb');
  if (!existsSync(keyring)) missing.push('the package debian-archive-keyring');
  if (missing.length === 0) return;
  throw new Error(
    `${what} cannot be had here, since this machine lacks ${missing.join(', ')}. ` +
      'Point ROWTIDE_TEST_MYSQL and its siblings at servers that already run instead (CONTRIBUTING.md).',
  );
}
