import { type Format, type FormatOptions, formatOf } from 'rowtide';
import type { KafkaOptions } from '../options.js';
import { RegistryClient } from './client.js';

/** The sink's own, of all its formats, and for as long as it is tried anew with the same options: it knows what it asked. */
const clients = new WeakMap<KafkaOptions, RegistryClient>();

export function registeredFormat(chosen: FormatOptions, options: KafkaOptions): Format {
  const { schemaRegistry } = options;
  if (schemaRegistry === undefined) return formatOf(chosen);
  const registry = clients.get(options) ?? new RegistryClient(schemaRegistry);
  clients.set(options, registry);
  return formatOf(chosen, { registry });
}
