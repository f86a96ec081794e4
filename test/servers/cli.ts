/**
 *   npm run servers -- up mysql kafka     starts them, prints their addresses as export lines, stops them on Ctrl-C
 *   npm run servers -- fetch [names…]     only downloads
 *   npm run servers -- clean              empties the cache, so that the next run takes what is newest then
 */
import { rm } from 'node:fs/promises';
import { cacheFolder } from './cache.js';
import { kinds, type RunningServer, type ServerKind } from './kinds.js';
import { closeRun, removeLeftovers } from './runs.js';

const names = Object.keys(kinds) as ServerKind[];
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function up(wanted: readonly ServerKind[]): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const servers = await Promise.all(wanted.map(start));
  say('ready; Ctrl-C stops them');
  const alive = setInterval(() => {}, 60_000);
  await stopped;
  clearInterval(alive);
  await Promise.all(servers.map((server) => server.stop()));
  closeRun();
}

async function start(name: ServerKind): Promise<RunningServer> {
  const { title, variable } = kinds[name];
  const begun = Date.now();
  const server = await kinds[name].start();
  say(`${title} ${server.version} started in ${Date.now() - begun} ms (pid ${server.pid}, log ${server.logFile})`);
  process.stdout.write(`export ${variable}=${server.address}\n`);
  return server;
}

async function fetch(wanted: readonly ServerKind[]): Promise<void> {
  for (const name of wanted) say(`${kinds[name].title} ${await kinds[name].install()}`);
}

async function clean(): Promise<void> {
  removeLeftovers();
  await rm(cacheFolder, { recursive: true, force: true });
}

function chosen(given: readonly string[]): ServerKind[] {
  const unknown = given.filter((name) => !Object.hasOwn(kinds, name));
  if (unknown.length > 0) usage(`unknown server ${unknown.join(', ')}`);
  return given.length > 0 ? (given as ServerKind[]) : names;
}

function usage(reason: string): never {
  say(`${reason}\nusage: npm run servers -- up|fetch [${names.join('|')} …], or clean`);
  process.exit(2);
}

const [command, ...given] = process.argv.slice(2);
try {
  if (command === 'up') await up(chosen(given));
  else if (command === 'fetch') await fetch(chosen(given));
  else if (command === 'clean') await clean();
  else usage('say what to do');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
