import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const ROOT = here('../..');
const TSCONFIG = join(ROOT, 'tsconfig.json');

/** Compiles what is in a folder as strictly as this project; what is wrong is thrown as tsc says it. */
export function compile(folder: string): Promise<void> {
  const path = join(folder, 'tsconfig.json');
  writeFileSync(path, JSON.stringify({ extends: TSCONFIG, compilerOptions: { noEmit: true }, include: [folder] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [tsc, '-p', path], { maxBuffer: 2 ** 26 }, (error, stdout) =>
      error === null ? resolve() : reject(new Error(stdout || error.message)),
    );
  });
}

/** What a program says until its output matches; then it is killed. */
export function output(program: string, enough: RegExp): Promise<string> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program], {
    env: { ...process.env, TSX_TSCONFIG_PATH: TSCONFIG },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (enough.test(said)) child.kill();
    });
  }
  return new Promise((resolve) => child.once('close', () => resolve(said)));
}
