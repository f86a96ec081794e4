import { RowtideError } from '../../core/errors.js';
import { type Clock, systemClock } from '../../pipeline/clock.js';
import type { ReplicaStream } from '../replicas.js';
import { queryOf } from './replica-routes.js';
import type { Answer } from './server.js';

const INTERVAL_MS = 1000;

/** `/acks?pipeline=NAME`: what each pipeline has received and applied, and its lag, every second, as long as somebody listens. */
export function acks(url: URL, streams: readonly ReplicaStream[], signal: AbortSignal): Answer {
  const name = queryOf(url, ['pipeline']).get('pipeline');
  const wanted = streams.filter((stream) => name === undefined || stream.name === name || stream.group === name);
  if (name !== undefined && wanted.length === 0) {
    throw new RowtideError('USAGE', `no pipeline is called ${name}`, {
      hint: `There are ${streams.map((stream) => stream.name).join(', ')}.`,
    });
  }
  return { status: 200, type: 'application/x-ndjson; charset=utf-8', body: ackLines(wanted, signal) };
}

/** A line of JSON for each pipeline, again every second until `signal` aborts. */
export async function* ackLines(
  streams: readonly ReplicaStream[],
  signal: AbortSignal,
  clock: Clock = systemClock,
): AsyncGenerator<string, void> {
  for (let dueAt = clock.now() + INTERVAL_MS; !signal.aborted; dueAt += INTERVAL_MS) {
    yield streams.map(ackOf).join('');
    // Who was asked too late, by a machine that slept, does not make up for it.
    dueAt = Math.max(dueAt, clock.now());
    await clock.sleep(dueAt - clock.now(), signal);
  }
}

function ackOf(stream: ReplicaStream): string {
  const { name, state, received, position: applied, sourceLagMs, receiveLagMs, lagMs } = stream.status();
  const at = new Date().toISOString();
  return `${JSON.stringify({ at, pipeline: name, state, received, applied, sourceLagMs, receiveLagMs, lagMs })}\n`;
}
