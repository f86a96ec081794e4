import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const folderOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rowtide-runs-'));
});

afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** A process of its own that runs a few lines with the project's code, since a run is tied to its process. */
async function script(lines: string) {
  const file = join(scratch, `script-${Math.random()}.mts`);
  await writeFile(file, lines);
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: dirname(folderOf('../../package.json')),
    env: { ...process.env, TMPDIR: scratch, ROWTIDE_CACHE: join(scratch, 'cache') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return child;
}

const startsSleeper = `
  import { join } from 'node:path';
  import { newFolder } from '${folderOf('runs.ts')}';
  import { ServerProcess } from '${folderOf('process.ts')}';
  const folder = newFolder('sleeper');
  const server = await ServerProcess.start({
    name: 'sleeper', cwd: folder, logFile: join(folder, 'log'), ready: async () => {},
    command: { file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }, args: [folder],
  });
  console.log(JSON.stringify({ pid: server.pid, folder }));
`;

test('the servers of a killed run are killed by the next one, its data removed', async () => {
  const killed = await script(`${startsSleeper} setInterval(() => {}, 1000);`);
  const [line] = (await once(killed.stdout, 'data')) as [Buffer];
  const left = JSON.parse(String(line)) as { pid: number; folder: string };
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(isAlive(left.pid)).toBe(true);

  const next = await script(`import { newFolder } from '${folderOf('runs.ts')}'; newFolder('next');`);
  await once(next, 'exit');
  await expect.poll(() => isAlive(left.pid)).toBe(false);
  expect(existsSync(left.folder)).toBe(false);
});

test('a run that ends stops its servers by itself', async () => {
  const ended = await script(startsSleeper);
  const [line] = (await once(ended.stdout, 'data')) as [Buffer];
  await once(ended, 'exit');
  const left = JSON.parse(String(line)) as { pid: number; folder: string };
  await expect.poll(() => isAlive(left.pid)).toBe(false);
  expect(existsSync(left.folder)).toBe(false);
});

test('two runs that want the same download do it once, and a killed one leaves nothing half done', async () => {
  const build = (seconds: number): string => `
    import { appendFile, writeFile } from 'node:fs/promises';
    import { cached } from '${folderOf('cache.ts')}';
    await cached('thing', async (folder) => {
      await writeFile(folder + '/half', '');
      await appendFile('${scratch}/builds', 'x');
      console.log('building');
      await new Promise((resolve) => setTimeout(resolve, ${seconds} * 1000));
      await writeFile(folder + '/whole', '');
    });
  `;
  const killed = await script(build(60));
  await once(killed.stdout, 'data');
  const others = [await script(build(0.2)), await script(build(0.2))];
  killed.kill('SIGKILL');
  await Promise.all(others.map((child) => once(child, 'exit')));
  expect(await readdir(join(scratch, 'cache/thing'))).toEqual(['half', 'whole']);
  expect(await readdir(join(scratch, 'cache'))).toEqual(['thing']);
});

/** A zombie is dead, though nobody may have taken note. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
