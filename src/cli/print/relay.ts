import type { Colors } from 'picocolors/types.js';
import type { RelayStatus } from '../../daemon/relay-status.js';
import { visible } from '../../format/visible.js';
import { shortened } from './status.js';
import { tableLines } from './table.js';

const HEAD = ['RELAY', 'STATE', 'SOURCE', 'END', 'FILES', 'BYTES', 'OLDEST', 'RECEIVED'];

/** A table with a line for each relay, and beneath it who reads it, whether its source waits, and what is wrong. */
export function relayText(relays: readonly RelayStatus[], colors: Colors): string {
  if (relays.length === 0) return 'there are no relays\n';
  const details = relays.flatMap((relay) => [...consumersOf(relay), ...semiSyncOf(relay), ...errorOf(relay, colors)]);
  return `${[...tableLines([HEAD, ...relays.map(cellsOf)], colors), ...details].join('\n')}\n`;
}

function cellsOf({ name, state, source, end, files, bytes, oldest, received }: RelayStatus): string[] {
  const texts = [name, state, source, end ?? '-', files, bytes, oldest?.at ?? '-', shortened(received ?? '-')];
  return texts.map((text) => visible(String(text)));
}

function consumersOf({ name, consumers }: RelayStatus): string[] {
  return consumers.map(({ pipeline, needs }) =>
    visible(`${name}: ${pipeline} needs ${needs ?? 'all: where it is, is not known yet'}`),
  );
}

function semiSyncOf({ name, semiSync }: RelayStatus): string[] {
  if (semiSync === null) return [];
  const { acknowledged, source } = semiSync;
  if (source === null) return [`${name}: ${acknowledged} acknowledgements; the source does not answer`];
  const waits = source.active ? `waits for them (${source.waitPoint})` : 'DOES NOT WAIT for them';
  const facts = `gave up ${source.timeouts} times, timeout ${source.timeoutMs} ms, ${source.replicas} semi-sync replicas`;
  return [`${name}: ${acknowledged} acknowledgements; the source ${waits}, ${facts}`];
}

function errorOf({ name, error }: RelayStatus, colors: Colors): string[] {
  return error === null ? [] : [colors.red(visible(`${name}: ${error}`))];
}
