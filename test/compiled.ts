import { cp, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { program, run } from './servers/command.js';
import { newFolder } from './servers/runs.js';

const ROOT = join(import.meta.dirname, '..');

const built = new Map<string, Promise<string>>();

/**
 * A program that a test starts again and again, in JavaScript, with all that it needs: translated anew in each life, its
 * start would take most of the time. Compiled once in a process. `loads`: what it imports by a name that is made up then.
 */
export function compiled(source: string, loads: readonly string[] = []): Promise<string> {
  const program = built.get(source) ?? compile(source, loads);
  built.set(source, program);
  return program;
}

async function compile(source: string, loads: readonly string[]): Promise<string> {
  const folder = newFolder('compiled');
  const compilerOptions = {
    noCheck: true,
    declaration: false,
    sourceMap: false,
    rootDir: ROOT,
    outDir: join(folder, 'dist'),
  };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files: [source, ...loads] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const compiler = program(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'));
  await run(compiler, ['-p', folder]);
  return join(folder, 'dist', relative(ROOT, source).replace(/\.ts$/, '.js'));
}
