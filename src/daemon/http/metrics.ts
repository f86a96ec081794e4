import type { PipelineState } from '../../pipeline/control.js';
import type { HeartbeatStats } from '../heartbeat-writer.js';
import type { PipelineStatus } from '../status.js';
import type { Metric, Sample } from './prometheus.js';

export interface ProcessFacts {
  readonly startedAtMs: number;
  readonly residentBytes: number;
  readonly version: string;
}

const STATES: readonly PipelineState[] = ['starting', 'streaming', 'paused', 'retrying', 'stopped', 'failed'];

export function processMetrics({ startedAtMs, residentBytes, version }: ProcessFacts): Metric[] {
  const one = (value: number, labels = {}): Sample[] => [{ labels, value }];
  return [
    gauge('rowtide_build_info', 'Always 1; the version is its label.', one(1, { version })),
    gauge('process_start_time_seconds', 'When this process began, since 1970.', one(startedAtMs / 1000)),
    gauge('process_resident_memory_bytes', 'Memory of this process.', one(residentBytes)),
  ];
}

/** The status of pipelines as numbers. A lag that is not known has no sample. */
export function pipelineMetrics(pipelines: readonly PipelineStatus[]): Metric[] {
  const each = (value: (status: PipelineStatus) => number | null): Sample[] =>
    pipelines.flatMap((status) => {
      const found = value(status);
      return found === null ? [] : [{ labels: { pipeline: status.name }, value: found }];
    });
  return [
    gauge('rowtide_pipeline_info', 'Always 1; source and sink are its labels.', infoSamples(pipelines)),
    gauge('rowtide_pipeline_state', '1 for the state that the pipeline is in, 0 for the others.', states(pipelines)),
    gauge('rowtide_pipeline_error', '1 while an error of that code is not over.', errorSamples(pipelines)),
    counter(
      'rowtide_pipeline_transactions_total',
      'Transactions written.',
      each(({ transactions }) => transactions),
    ),
    counter(
      'rowtide_pipeline_bytes_total',
      'Bytes of the transactions written, as logged.',
      each(({ bytes }) => bytes),
    ),
    counter(
      'rowtide_pipeline_retries_total',
      'Attempts that failed and were made again.',
      each(({ retries }) => retries),
    ),
    gauge(
      'rowtide_pipeline_source_lag_seconds',
      'Age of the newest heartbeat row that is durable in the sink, by the clocks of source and rowtide.',
      each(({ sourceLagMs }) => seconds(sourceLagMs)),
    ),
    gauge(
      'rowtide_pipeline_receive_lag_seconds',
      'Age of the last commit when it was received; absent while nothing comes.',
      each(({ receiveLagMs }) => seconds(receiveLagMs)),
    ),
    gauge(
      'rowtide_pipeline_apply_lag_seconds',
      'Age of the oldest commit that was received and is not durable in the sink; 0 if there is none.',
      each(({ lagMs }) => seconds(lagMs)),
    ),
    gauge(
      'rowtide_pipeline_committed_timestamp_seconds',
      'When the last transaction written was committed at the source, since 1970.',
      each(({ committedAt }) => timestamp(committedAt)),
    ),
    gauge(
      'rowtide_pipeline_received_timestamp_seconds',
      'When the last transaction was received, since 1970.',
      each(({ receivedAt }) => timestamp(receivedAt)),
    ),
    counter('rowtide_sink_counted_total', 'What the sink counts, by name.', countedSamples(pipelines)),
  ];
}

export function heartbeatMetrics(writers: readonly HeartbeatStats[]): Metric[] {
  const each = (value: (stats: HeartbeatStats) => number): Sample[] =>
    writers.map((stats, index) => ({ labels: { writer: String(index) }, value: value(stats) }));
  return [
    counter(
      'rowtide_heartbeats_written_total',
      'Heartbeat rows written.',
      each(({ written }) => written),
    ),
    counter(
      'rowtide_heartbeat_failures_total',
      'Servers that took no heartbeat row.',
      each(({ failures }) => failures),
    ),
    gauge(
      'rowtide_heartbeat_writing',
      '1 while a server takes them.',
      each(({ server }) => (server === null ? 0 : 1)),
    ),
  ];
}

function infoSamples(pipelines: readonly PipelineStatus[]): Sample[] {
  return pipelines.map(({ name, source, sink }) => ({ labels: { pipeline: name, source, sink }, value: 1 }));
}

function states(pipelines: readonly PipelineStatus[]): Sample[] {
  return pipelines.flatMap(({ name, state }) =>
    STATES.map((each) => ({ labels: { pipeline: name, state: each }, value: each === state ? 1 : 0 })),
  );
}

function errorSamples(pipelines: readonly PipelineStatus[]): Sample[] {
  return pipelines.flatMap(({ name, error, errorCode }) =>
    error === null ? [] : [{ labels: { pipeline: name, code: errorCode ?? 'INTERNAL' }, value: 1 }],
  );
}

function countedSamples(pipelines: readonly PipelineStatus[]): Sample[] {
  return pipelines.flatMap(({ name, counters }) =>
    Object.entries(counters).map(([what, value]) => ({ labels: { pipeline: name, what }, value })),
  );
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function timestamp(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso) / 1000;
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'counter', help, samples };
}
