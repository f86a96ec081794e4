import { cp, mkdir, rename, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newFolder } from '../servers/runs.js';

const ROOT = join(import.meta.dirname, '../..');
const CLI = 'dist/src/cli/main.js';
const OVERLAY = join(import.meta.dirname, 'overlay');

/** Modules that an overlay takes the place of; the original stays beside it under another name. */
const REPLACED = [
  'src/pipeline/checkpointed.js',
  'src/binlog/transactions.js',
  'src/checkpoint/files.js',
  'src/mysql/session.js',
  'connectors/replica/index.js',
];
/** What those need, put where they find it. */
const ADDED = ['src/torture/stage.js', 'src/torture/begun.js', 'src/torture/rows-first.js'];

export interface Builds {
  /** The command line as it is. */
  readonly plain: string;
  /** One that tells where it is, and can be broken on purpose. */
  readonly telling: string;
}

/** Copies of what was built last, so that another build meanwhile does no harm. */
export async function copyBuilds(): Promise<Builds> {
  const [plain, telling] = [await copyBuild(), await copyBuild()];
  for (const module of REPLACED) {
    const path = join(telling, 'dist', module);
    await rename(path, path.replace(/\.js$/, '.original.js'));
    await overlay(path);
  }
  for (const module of ADDED) await overlay(join(telling, 'dist', module));
  return { plain: join(plain, CLI), telling: join(telling, CLI) };
}

async function copyBuild(): Promise<string> {
  const folder = newFolder('build');
  await cp(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function overlay(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await cp(join(OVERLAY, path.slice(path.lastIndexOf('/') + 1)), path);
}
