import { cp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { program, run } from '../../../servers/command.js';
import { newFolder } from '../../../servers/runs.js';

const ROOT = join(import.meta.dirname, '../../../..');
const SUBJECT = 'test/connectors/kafka/once/subject';

/** Compiles the subject, and what it needs: translated anew in each life, its start would take most of the time. */
export async function buildSubject(): Promise<string> {
  const folder = newFolder('subject');
  const compilerOptions = {
    noCheck: true,
    declaration: false,
    sourceMap: false,
    rootDir: ROOT,
    outDir: join(folder, 'dist'),
  };
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions,
    include: [],
    files: [join(ROOT, `${SUBJECT}.ts`)],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const compiler = program(process.execPath, join(ROOT, 'node_modules/typescript/bin/tsc'));
  await run(compiler, ['-p', folder]);
  return join(folder, 'dist', `${SUBJECT}.js`);
}
