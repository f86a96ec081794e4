/** `rowtide inspect --raw --stop-never` killed, cut off, and its server restarted, while that server is written to. */
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { type Running, rowtide, start } from '../../cli/rowtide.js';
import type { Random } from '../../roundtrip/random.js';
import type { DatabaseServer } from '../../servers/database.js';
import { type FaultProxy, startProxy } from '../../servers/proxy.js';

export interface KillOptions {
  readonly server: DatabaseServer;
  readonly folder: string;
  readonly random: Random;
  readonly faults: number;
  /** May it be restarted, too? */
  readonly restarts: boolean;
}

export interface KillResult {
  readonly faults: Readonly<Record<string, number>>;
  readonly files: number;
  readonly bytes: number;
  /** Files that are not those of the server, byte for byte. */
  readonly different: readonly string[];
}

/** Inflicts faults, then lets the archive come to its end, and compares every file that the server has closed. */
export async function killArchive({ server, folder, random, faults, restarts }: KillOptions): Promise<KillResult> {
  await using proxy = await startProxy({ target: { port: server.port } });
  const load = new Load(server, random);
  const tally: Record<string, number> = {};
  const kinds = ['kill', 'kill', 'tear', 'cut', ...(restarts ? (['restart', 'crash'] as const) : [])] as const;
  let archiver = startArchiver(proxy, folder);
  for (let i = 0; i < faults; i++) {
    await sleep(random.int(50, 1200));
    const kind = random.pick(kinds);
    tally[kind] = (tally[kind] ?? 0) + 1;
    if (kind === 'cut') await cut(proxy, random);
    else if (kind === 'restart' || kind === 'crash') await load.without(() => restart(server, kind));
    else {
      archiver.process.kill('SIGKILL');
      await archiver.ended;
      if (kind === 'tear') await tear(folder, random);
      archiver = startArchiver(proxy, folder);
    }
  }
  await load.end();
  archiver.process.kill('SIGKILL');
  const { status, stdout, stderr } = await archiver.ended;
  if (status !== 'SIGKILL') throw new Error(`the archiver ended by itself (${status}):\n${stdout}${stderr}`);
  await complete(server, folder);
  return { faults: tally, ...(await compareFiles(server, folder)) };
}

const archiveOf = (port: number, folder: string): string[] => [
  'inspect',
  '--no-defaults',
  '-R',
  '--host=127.0.0.1',
  `--port=${port}`,
  '--user=root',
  '--raw',
  `--result-file=${folder}/`,
  'binlog.000001',
];

function startArchiver(proxy: FaultProxy, folder: string): Running {
  return start([...archiveOf(proxy.port, folder), '--stop-never']);
}

async function complete(server: DatabaseServer, folder: string): Promise<void> {
  const { status, stderr } = await rowtide([...archiveOf(server.port, folder), '--to-last-log']);
  if (status !== 0) throw new Error(`the archive was not completed (${status}): ${stderr}`);
}

/** Right now, or inside of whatever comes next. */
async function cut(proxy: FaultProxy, random: Random): Promise<void> {
  if (proxy.connections === 0 || random.chance(0.3)) proxy.cutAll();
  else await Promise.race([proxy.cutOpenAfterBytes(random.int(1, 200_000)), sleep(2000)]);
}

async function restart(server: DatabaseServer, kind: 'restart' | 'crash'): Promise<void> {
  if (kind === 'crash') await server.kill();
  await server.restart();
}

/** What a loss of power may leave: the end of the last file, which begins as a log file, is missing or something else. */
async function tear(folder: string, random: Random): Promise<void> {
  const name = readdirSync(folder).sort().at(-1);
  if (name === undefined) return;
  const path = join(folder, name);
  const { size } = statSync(path);
  if (size < 4) return;
  truncateSync(path, Math.max(4, size - random.int(0, 3000)));
  const file = await open(path, 'a');
  await file.write(random.chance(0.5) ? Buffer.alloc(random.int(0, 4096)) : random.bytes(random.int(0, 300)));
  await file.close();
}

/** Transactions of any size, and a new file now and then. */
export class Load {
  readonly #server: DatabaseServer;
  readonly #random: Random;
  #ended = false;
  #running: Promise<void>;

  constructor(server: DatabaseServer, random: Random) {
    this.#server = server;
    this.#random = random;
    this.#running = this.#run();
  }

  /** Nothing is written meanwhile: a server that is killed may have sent what it then loses. */
  async without(work: () => Promise<void>): Promise<void> {
    await this.end();
    await work();
    this.#ended = false;
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { host, port, user } = this.#server;
    const connection = await mysql.createConnection({ host, port, user });
    try {
      await connection.query('CREATE DATABASE IF NOT EXISTS raw');
      await connection.query('CREATE TABLE IF NOT EXISTS raw.t (id INT AUTO_INCREMENT PRIMARY KEY, v MEDIUMBLOB)');
      while (!this.#ended) {
        await connection.query(...this.#statement());
        await sleep(2);
      }
      await connection.query('FLUSH LOGS');
    } finally {
      await connection.end();
    }
  }

  #statement(): [string, unknown[]] {
    if (this.#random.chance(0.03)) return ['FLUSH LOGS', []];
    if (this.#random.chance(0.1)) return ['DELETE FROM raw.t LIMIT 50', []];
    const bytes = this.#random.chance(0.02) ? this.#random.int(100_000, 3_000_000) : this.#random.int(0, 4000);
    return ['INSERT INTO raw.t (v) VALUES (?)', [Buffer.alloc(bytes, this.#random.int(0, 255))]];
  }
}

export async function compareFiles(server: DatabaseServer, folder: string): Promise<Omit<KillResult, 'faults'>> {
  const names = readdirSync(server.binlogDir)
    .filter((name) => /^binlog\.\d+$/.test(name))
    .sort()
    // The server still writes the last one, and has flagged it so.
    .slice(0, -1);
  const different: string[] = [];
  let bytes = 0;
  for (const name of names) {
    const path = join(server.binlogDir, name);
    bytes += statSync(path).size;
    const difference = await differenceOf(path, join(folder, name));
    if (difference !== null) different.push(`${name}: ${difference}`);
  }
  return { files: names.length, bytes, different };
}

const FLAGS_AT = 21;
const IN_USE = 1;

/**
 * What differs between a server's file and a copy; null without any. That the file is in use is told on disk only: the
 * server does not send it, and leaves it there when it crashes.
 */
export async function differenceOf(path: string, copy: string): Promise<string | null> {
  if (!existsSync(copy)) return 'there is no copy';
  const [bytes, copied] = await Promise.all([readFile(path), readFile(copy)]);
  bytes[FLAGS_AT]! &= ~IN_USE;
  if (bytes.equals(copied)) return null;
  const at = bytes.findIndex((byte, i) => byte !== copied[i]);
  return `${copied.length} bytes, not ${bytes.length}; the first that differs is at ${at}`;
}
