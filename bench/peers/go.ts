import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached } from '../../test/servers/cache.js';
import { program, run } from '../../test/servers/command.js';
import type { Measured } from '../meter.js';
import { measureOutside, type OutsideOptions } from './outside.js';

const SOURCES = fileURLToPath(new URL('../../../peers/go', import.meta.url));

/** go-mysql and franz-go with an encoder by hand: what one writes in Go to be quick. */
export async function runGo(options: OutsideOptions): Promise<Measured> {
  const { url, workload, brokers, topic, compression } = options;
  const { hostname: Host, port, username: User } = new URL(url);
  const given = { Host, Port: Number(port), User, File: workload.file, Brokers: brokers, Topic: topic };
  const args = [JSON.stringify({ ...given, Compression: compression })];
  return measureOutside({ name: 'go', command: program(await goBinary()), args }, options);
}

/** Built once for each state of its sources; the modules come through Go's own client. */
async function goBinary(): Promise<string> {
  const folder = await cached(`bench-go-${await hashOfSources()}`, async (building) => {
    await cp(SOURCES, join(building, 'src'), { recursive: true });
    await run(program('go', 'build'), ['-o', join(building, 'peer'), '.'], { cwd: join(building, 'src') });
  });
  return join(folder, 'peer');
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(SOURCES)).sort()) hash.update(await readFile(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}
