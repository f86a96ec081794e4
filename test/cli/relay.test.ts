import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import { needs } from '../servers/suite.js';
import { sql } from '../source/reading.js';
import { rowtide, start } from './rowtide.js';

const folder = mkdtempSync(join(tmpdir(), 'rowtide-cli-relay-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const [title, startServer] of [
  ['MySQL 9.7', () => startMysql({ options: ['--binlog-row-metadata=FULL'] })],
  ['MariaDB 11.8', () => startMariadb({ options: ['--binlog-row-metadata=FULL'] })],
] as const) {
  needs('own').test(
    `a relay of ${title} feeds a pipeline, is shown and verified, and brings to a new primary what that lacks`,
    async () => {
      const place = mkdtempSync(join(folder, 'daemon-'));
      const relay = join(place, 'relay');
      await using lost = await startServer();
      await using primary = await startServer();
      await received(lost, { place, relay });

      const verified = await rowtide(['relay', 'verify', relay]);
      expect(verified).toMatchObject({ status: 0, stderr: '' });
      expect(verified.stdout).toMatch(/all is right: 2 files/);

      await lost.kill();
      const replay = (...args: readonly string[]) => rowtide(['relay', 'replay', relay, '--to', primary.url, ...args]);
      const planned = await replay('--dry-run');
      expect(planned.stdout).toMatch(/\b5 transactions .* would be replayed/);
      await expect(sql(primary.url, 'SELECT * FROM shop.t')).rejects.toThrow();
      expect(await replay()).toMatchObject({ status: 0, stdout: expect.stringMatching(/5 transactions .* replayed/) });
      expect(await sql(primary.url, 'SELECT id, v FROM shop.t ORDER BY id')).toEqual([
        [1, 'one'],
        [2, 'two'],
        [3, 'three'],
      ]);
      expect((await replay()).stdout).toMatch(/\b0 transactions .* replayed/);

      const first = join(relay, 'binlog.000001');
      const bytes = readFileSync(first);
      bytes[bytes.length - 30]! ^= 1;
      writeFileSync(first, bytes);
      const damaged = await rowtide(['relay', 'verify', relay]);
      expect(damaged.status).toBe(65);
      expect(damaged.stderr).toContain(first);
    },
  );
}

/** A daemon receives, and carries into a file, five transactions of two log files. */
async function received(server: DatabaseServer, { place, relay }: { place: string; relay: string }): Promise<void> {
  const config = join(place, 'rowtide.yaml');
  const out = join(place, 'out.jsonl');
  const relays = { shop: { source: { url: server.url, from: 'beginning' }, folder: relay, retention: { time: '7d' } } };
  const pipelines = { out: { source: { relay: 'shop', from: 'beginning' }, sink: { file: { path: out } } } };
  writeFileSync(config, JSON.stringify({ state: join(place, 's'), relays, pipelines }));
  await sql(server.url, 'CREATE DATABASE shop', 'CREATE TABLE shop.t (id INT PRIMARY KEY, v VARCHAR(20))');
  await sql(server.url, "INSERT INTO shop.t VALUES (1, 'one')", 'FLUSH LOGS');
  await using daemon = stopped(start(['run', '--config', config]));
  await sql(server.url, "INSERT INTO shop.t VALUES (2, 'two')", "INSERT INTO shop.t VALUES (3, 'three')");
  await eventually(() => readFileSync(out, 'utf8').includes('three'));

  const status = JSON.parse((await rowtide(['relay', 'status', '--config', config, '--json'])).stdout);
  expect(status).toMatchObject([
    {
      name: 'shop',
      state: 'streaming',
      files: 2,
      semiSync: null,
      consumers: [{ pipeline: 'out', needs: 'binlog.000002' }],
    },
  ]);
  const { stdout } = await rowtide(['relay', 'status', '--config', config, '--color', 'never']);
  expect(stdout).toMatch(/^RELAY .*\nshop +streaming .*\nshop: out needs binlog.000002\n$/);
  expect(daemon.running.process.exitCode).toBeNull();
}

function stopped(running: ReturnType<typeof start>) {
  return {
    running,
    async [Symbol.asyncDispose]() {
      running.process.kill('SIGTERM');
      expect((await running.ended).status).toBe(0);
    },
  };
}

async function eventually(look: () => boolean): Promise<void> {
  for (;;) {
    try {
      if (look()) return;
    } catch {
      // Not there yet.
    }
    await sleep(50);
  }
}
