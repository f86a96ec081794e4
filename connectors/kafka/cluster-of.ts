import { parseAddress } from './address.js';
import { Cluster } from './cluster.js';
import type { KafkaOptions } from './options.js';
import type { Api } from './protocol/api.js';
import { mechanismOf } from './sasl/options.js';

/** The cluster that the options describe; nothing is connected yet. `needed`: what brokers have to speak beside the usual. */
export function clusterOf(options: KafkaOptions, needed: readonly Api<never, unknown>[] = []): Cluster {
  const mechanism = options.sasl === undefined ? null : mechanismOf(options.sasl);
  return new Cluster(options.brokers.map(parseAddress), { ...options, mechanism, needed });
}
