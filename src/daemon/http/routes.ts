import { RowtideError } from '../../core/errors.js';
import type { HeartbeatStats } from '../heartbeat-writer.js';
import type { ReplicaStream } from '../replicas.js';
import type { PipelineStatus } from '../status.js';
import { acks } from './acks.js';
import { heartbeatMetrics, type ProcessFacts, pipelineMetrics, processMetrics } from './metrics.js';
import { PROMETHEUS_TYPE, prometheusText } from './prometheus.js';
import { gate, ready, wait } from './replica-routes.js';
import { type Answer, json, refusal } from './server.js';

/** What the paths are answered from. */
export interface Answering {
  readonly streams: readonly ReplicaStream[];
  readonly writers: readonly { readonly stats: HeartbeatStats }[];
  readonly facts: () => ProcessFacts;
}

export function route(url: URL, { streams, writers, facts }: Answering, signal: AbortSignal): Answer | Promise<Answer> {
  const statuses = () => streams.map((stream) => stream.status());
  switch (url.pathname) {
    case '/livez':
      return json(200, { ok: true });
    case '/readyz':
      return readiness(statuses());
    case '/status':
      return json(200, statuses());
    case '/metrics':
      return {
        status: 200,
        type: PROMETHEUS_TYPE,
        body: prometheusText([
          ...processMetrics(facts()),
          ...pipelineMetrics(statuses()),
          ...heartbeatMetrics(writers.map(({ stats }) => stats)),
        ]),
      };
    case '/replica/ready':
      return ready(url, streams);
    case '/replica/wait':
      return wait(url, streams, signal);
    case '/gate':
      return gate(url, streams);
    case '/acks':
      return acks(url, streams, signal);
    default:
      return refusal(404, notFound(url));
  }
}

function notFound({ pathname }: URL): RowtideError {
  return new RowtideError('USAGE', `there is no ${pathname}`, {
    hint: 'There are /livez, /readyz, /status, /metrics, /replica/ready, /replica/wait, /gate and /acks.',
  });
}

/** Ready is who streams, or has come to the end of files. */
function readiness(statuses: readonly PipelineStatus[]): Answer {
  const pipelines = statuses.map(({ name, state, error, errorCode, errorHint }) => {
    const ready = state === 'streaming' || state === 'stopped';
    return { name, ready, state, error, errorCode, errorHint };
  });
  const ok = pipelines.every(({ ready }) => ready);
  return json(ok ? 200 : 503, { ok, pipelines });
}
