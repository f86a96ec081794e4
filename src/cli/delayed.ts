import { RowtideError } from '../core/errors.js';
import type { ControlRequest } from '../daemon/control.js';
import type { PipelineStatus } from '../daemon/status.js';
import { ask, type ControlOptions } from './control.js';
import { colorsFor } from './options.js';
import { delayedText } from './print/delayed.js';

/** Prints the delayed replicas that are meant: all, or that of --pipeline. */
export async function showDelayed(options: ControlOptions): Promise<void> {
  show(await delayedOf(options), options);
}

/** Asks of the only delayed replica, or of that of --pipeline, and prints how it is then. */
export async function askDelayed(
  options: ControlOptions,
  request: (pipeline: string) => ControlRequest,
): Promise<void> {
  const [only, ...others] = await delayedOf(options);
  if (only === undefined) return;
  if (others.length > 0) {
    throw new RowtideError('USAGE', 'there are several delayed replicas', {
      hint: `Name one with --pipeline: ${[only, ...others].map(({ name }) => name).join(', ')}.`,
    });
  }
  show(await ask(options, request(only.name)), options);
}

/** At least one; throws USAGE if there is none. */
async function delayedOf(options: ControlOptions): Promise<readonly PipelineStatus[]> {
  const all = (await ask(options, { command: 'status' })).filter(({ delayed }) => delayed !== undefined);
  const { pipeline } = options;
  const found = pipeline === undefined ? all : all.filter(({ name }) => name === pipeline);
  if (found.length > 0) return found;
  const names = all.map(({ name }) => name).join(', ');
  throw new RowtideError(
    'USAGE',
    pipeline === undefined ? 'no pipeline is a delayed replica' : `no delayed replica is called ${pipeline}`,
    { hint: names === '' ? 'It is a pipeline whose sink is `delayed-replica`.' : `There are ${names}.` },
  );
}

function show(pipelines: readonly PipelineStatus[], options: ControlOptions): void {
  const text = options.json
    ? `${JSON.stringify(pipelines, null, 2)}\n`
    : delayedText(pipelines, colorsFor(options, process.stdout));
  process.stdout.write(text);
}
