import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '../../test/servers/command.js';
import { newFolder } from '../../test/servers/runs.js';
import type { Measured } from '../meter.js';
import { measureOutside, type OutsideOptions } from './outside.js';

export interface RowtideOptions extends OutsideOptions {
  readonly format: string;
}

/** `rowtide run` as users run it, with its checkpoints in a folder; only what all programs are told is not the default. */
export async function runRowtide(options: RowtideOptions): Promise<Measured> {
  const { url, workload, brokers, topic, compression, format } = options;
  const folder = newFolder('rowtide');
  const config = join(folder, 'config.yaml');
  const pipeline = {
    source: { url, from: `${workload.file}:4` },
    // Maxwell keeps its own tables in the same server.
    transform: { include: ['bench.*'] },
    sink: { kafka: { brokers, topic, compression, createTopics: false, format } },
  };
  await writeFile(config, JSON.stringify({ state: join(folder, 'state'), pipelines: { bench: pipeline } }));
  const main = fileURLToPath(new URL('../../../../dist/src/cli/main.js', import.meta.url));
  const command = program(process.execPath, main);
  return measureOutside({ name: 'rowtide-run', command, args: ['run', '--config', config] }, options);
}
