import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveDemo } from './live.js';
import { replayDemo } from './replay.js';

const folder = await mkdtemp(join(tmpdir(), 'rowtide-demo-'));
try {
  await (process.argv.includes('--live') ? liveDemo(folder) : replayDemo(folder));
} finally {
  await rm(folder, { recursive: true, force: true });
}
