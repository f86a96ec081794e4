import type { SelectOptions } from '../../inspect/select.js';
import type { InspectOptions } from './options.js';

export function selectOptions(options: InspectOptions): SelectOptions {
  return {
    offset: options.offset,
    startTime: options.startDatetime ?? 0,
    stopTime: options.stopDatetime ?? Number.POSITIVE_INFINITY,
    serverId: options.serverId === undefined || options.serverId === 0 ? null : options.serverId,
    serverIdBits: options.serverIdBits,
    database: options.database ?? null,
    includeGtids: options.includeGtids ?? null,
    excludeGtids: options.excludeGtids ?? null,
    skipGtids: options.skipGtids ?? false,
  };
}
