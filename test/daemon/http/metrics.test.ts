import { expect, test } from 'vitest';
import { pipelineMetrics, processMetrics } from '../../../src/daemon/http/metrics.js';
import { prometheusText } from '../../../src/daemon/http/prometheus.js';
import type { PipelineStatus } from '../../../src/daemon/status.js';
import { statusOf } from '../status.js';
import { parsePrometheus } from './prometheus.js';

const FACTS = { startedAtMs: 1_732_147_200_500, residentBytes: 100_000_000, version: '0.1.0' };
const read = (...pipelines: readonly PipelineStatus[]) =>
  parsePrometheus(prometheusText([...processMetrics(FACTS), ...pipelineMetrics(pipelines)]));

test('the status of pipelines is metrics that Prometheus can read', () => {
  const families = read(
    statusOf({ transactions: 7, bytes: 1234, sourceLagMs: 1500, lagMs: 20, committedAt: '2024-11-21T00:00:00.250Z' }),
    statusOf({
      name: 'odd "name"\\\n',
      state: 'failed',
      lagMs: null,
      counters: { 'rows ignored': 3 },
      error: 'the row of 7 is missing',
      errorCode: 'SINK_REFUSED',
    }),
  );
  const samplesOf = (name: string) => families.get(name)?.samples;
  expect(samplesOf('process_start_time_seconds')).toEqual([{ labels: {}, value: 1_732_147_200.5 }]);
  expect(samplesOf('rowtide_pipeline_transactions_total')).toEqual([
    { labels: { pipeline: 'shop' }, value: 7 },
    { labels: { pipeline: 'odd "name"\\\n' }, value: 0 },
  ]);
  const states = samplesOf('rowtide_pipeline_state')?.filter(({ value }) => value === 1);
  expect(states?.map(({ labels }) => labels.state)).toEqual(['streaming', 'failed']);
  expect(samplesOf('rowtide_sink_counted_total')).toEqual([
    { labels: { pipeline: 'odd "name"\\\n', what: 'rows ignored' }, value: 3 },
  ]);
  expect(samplesOf('rowtide_pipeline_error')?.[0]?.labels.code).toBe('SINK_REFUSED');
  expect(samplesOf('rowtide_pipeline_committed_timestamp_seconds')?.[0]?.value).toBe(1_732_147_200.25);
});

test('a lag that is not known has no sample, since 0 would say that there is none', () => {
  const families = read(statusOf({ lagMs: 20 }), statusOf({ name: 'idle', lagMs: null }));
  expect(families.get('rowtide_pipeline_apply_lag_seconds')?.samples).toEqual([
    { labels: { pipeline: 'shop' }, value: 0.02 },
  ]);
  expect(families.has('rowtide_pipeline_source_lag_seconds')).toBe(false);
  expect(families.has('rowtide_pipeline_receive_lag_seconds')).toBe(false);
});
