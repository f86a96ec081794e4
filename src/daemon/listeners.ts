import type { Config } from '../config/load.js';
import { RowtideError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { SinkDefinition } from '../pipeline/define-sink.js';
import type { HeartbeatWriter } from './heartbeat-writer.js';
import { route } from './http/routes.js';
import { listenForHttp } from './http/server.js';
import { feedProxysql } from './proxysql/feed.js';
import { redactor } from './redact.js';
import { appliedOn, type ReplicaStream, replicasOf, watchReplica } from './replicas.js';

export interface ListenersOptions {
  readonly config: Pick<Config<SinkDefinition>, 'http' | 'feeds' | 'secrets'>;
  readonly log: Log;
  readonly version: string;
  readonly writers: readonly HeartbeatWriter[];
}

/** Everything that the configuration lets others ask of pipelines; all of it, or what was opened is closed again. */
export async function listenFor(
  streams: readonly ReplicaStream[],
  options: ListenersOptions,
): Promise<{ close(): Promise<void> }[]> {
  const open: { close(): Promise<void> }[] = [];
  try {
    for (const feed of options.config.feeds) open.push(await openFeed(feed, streams, options.log));
    if (options.config.http !== null) open.push(await openHttp(options.config.http, streams, options));
    return open;
  } catch (error) {
    for (const each of open) await each.close();
    throw error;
  }
}

type Http = NonNullable<ListenersOptions['config']['http']>;

function openHttp(http: Http, streams: readonly ReplicaStream[], { config, log, version, writers }: ListenersOptions) {
  const startedAtMs = Date.now();
  const answering = {
    streams,
    writers,
    facts: () => ({ startedAtMs, residentBytes: process.memoryUsage.rss(), version }),
  };
  const redact = redactor(config.secrets);
  return listenForHttp({ ...http, log, redact, answer: (url, signal) => route(url, answering, signal) });
}

function openFeed(
  { group, listen, ranges }: ListenersOptions['config']['feeds'][number],
  streams: readonly ReplicaStream[],
  log: Log,
) {
  const replica = replicasOf(streams).find(({ name }) => name === group);
  if (replica === undefined) {
    throw new RowtideError('CONFIG_INVALID', `pipelines.${group}.proxysql: ${group} is no replica`, {
      hint: 'ProxySQL is told what servers have: the sink has to be one.',
    });
  }
  const watch = (look: () => void): (() => void) => watchReplica(replica, look);
  return feedProxysql({ listen, hasRanges: ranges, log, watch, applied: () => appliedOn(replica) });
}
