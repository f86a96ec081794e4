import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killArchive } from '../inspect/remote/archive-kills.js';
import { Random } from '../roundtrip/random.js';
import type { DatabaseServer } from '../servers/database.js';
import { startMariadb } from '../servers/mariadb.js';
import { startMysql } from '../servers/mysql.js';
import type { OwnPart, OwnRound } from './fuzz.js';

/** `rowtide inspect --raw --stop-never` against all that may happen to it and to its server. */
export const RAW_PARTS: readonly OwnPart[] = [
  part('raw-mysql', startMysql),
  part('raw-mysql80', () => startMysql({ version: '8.0' })),
  part('raw-mysql57', () => startMysql({ version: '5.7' })),
  part('raw-mariadb', startMariadb),
];

const FAULTS_A_ROUND = 10;

function part(name: string, start: () => Promise<DatabaseServer>): OwnPart {
  return {
    name,
    what: 'kills, cuts, torn ends and restarts of its server while a log is archived',
    faults: 100,
    rounds: 10,
    run: (seed, round) => runRound(start, seed * 1000 + round),
  };
}

async function runRound(start: () => Promise<DatabaseServer>, seed: number): Promise<OwnRound> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'rowtide-raw-'));
  const common = { stages: {}, verdicts: {}, faults: FAULTS_A_ROUND };
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    await using server = await start();
    const random = new Random(seed);
    const result = await killArchive({ server, folder, random, faults: FAULTS_A_ROUND, restarts: true });
    const outcomes = { ...result.faults, files: result.files, 'MB compared': Math.round(result.bytes / 1e6) };
    return { ...common, seconds: seconds(), outcomes, error: result.different.join('\n') || null };
  } catch (error) {
    return { ...common, seconds: seconds(), outcomes: {}, error: `seed ${seed}: ${String(error)}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
