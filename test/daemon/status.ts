import type { PipelineStatus } from '../../src/daemon/status.js';

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
    lagMs: 0,
    counters: {},
    workers: [],
    error: null,
    errorCode: null,
    errorHint: null,
    ...facts,
  };
}
