import type { ReplicaStream } from '../../src/daemon/replicas.js';
import type { PipelineStatus } from '../../src/daemon/status.js';
import { PipelineControl } from '../../src/pipeline/control.js';

/** A pipeline that runs well. */
export function statusOf(facts: Partial<PipelineStatus> = {}): PipelineStatus {
  return {
    name: 'shop',
    source: 'db1:3306',
    sink: 'kafka',
    state: 'streaming',
    position: null,
    until: null,
    transactions: 0,
    bytes: 0,
    retries: 0,
    committedAt: null,
    received: null,
    receivedAt: null,
    sourceLagMs: null,
    receiveLagMs: null,
    lagMs: 0,
    resync: null,
    counters: {},
    workers: [],
    error: null,
    errorCode: null,
    errorHint: null,
    ...facts,
  };
}

/** A pipeline of that status, to be moved by its control. */
export function streamOf(status: PipelineStatus, facts: Partial<ReplicaStream> = {}): ReplicaStream {
  const control = facts.control ?? new PipelineControl();
  return { name: status.name, group: status.name, control, hasHeartbeats: false, status: () => status, ...facts };
}
