import { RowtideError } from '../core/errors.js';
import type { ControlRequest } from '../daemon/control.js';
import { isReplica } from '../daemon/replicas.js';
import type { PipelineStatus } from '../daemon/status.js';
import { ask, type ControlOptions } from './control.js';
import { colorsFor } from './options.js';
import { replicaText } from './print/replica.js';

type Request = (pipeline: string) => ControlRequest;

/** Asks of each replica that is meant, one after the other, and prints how they are then. */
export async function askReplicas(options: ControlOptions, request: Request): Promise<void> {
  const statuses: PipelineStatus[] = [];
  for (const { name } of await replicasOf(options)) statuses.push(...(await ask(options, request(name))));
  showSources(statuses, options);
}

/** The same of one: the only one, or the one that --pipeline names. */
export async function askReplica(options: ControlOptions, request: Request): Promise<void> {
  const [only, ...others] = await replicasOf(options);
  if (only === undefined) return;
  if (others.length > 0) {
    throw new RowtideError('USAGE', 'a transaction is one of one source', {
      hint: `Name it with --pipeline: ${[only, ...others].map(({ name }) => name).join(', ')}.`,
    });
  }
  showSources(await ask(options, request(only.name)), options);
}

export async function showReplicas(options: ControlOptions): Promise<void> {
  showSources(await replicasOf(options), options);
}

/** At least one; throws USAGE if there is none. */
async function replicasOf(options: ControlOptions): Promise<readonly PipelineStatus[]> {
  const replicas = (await ask(options, { command: 'status' })).filter(isReplica);
  const { pipeline } = options;
  const found = pipeline === undefined ? replicas : replicas.filter(({ name }) => name === pipeline);
  if (found.length > 0) return found;
  const names = replicas.map(({ name }) => name).join(', ');
  throw new RowtideError(
    'USAGE',
    pipeline === undefined ? 'no pipeline is a replica' : `no replica is called ${pipeline}`,
    {
      hint:
        names === ''
          ? 'A replica is a pipeline whose sink is `replica`; `rowtide status` shows all.'
          : `There are ${names}.`,
    },
  );
}

export function showSources(sources: readonly PipelineStatus[], options: ControlOptions): void {
  const text = options.json
    ? `${JSON.stringify(sources, null, 2)}\n`
    : replicaText(sources, colorsFor(options, process.stdout));
  process.stdout.write(text);
}
