import { GtidSet } from '../../../src/core/gtid.js';
import type { DatabaseServer } from '../../servers/database.js';
import { executedGtids } from '../truth.js';
import { query } from './query.js';

/** Which transactions a server has: a set of MySQL’s GTIDs, or the number of the last one of a MariaDB. */
export type Executed = GtidSet | bigint;

/** `executed`: as the server itself says; `checkpoint`: as the row of the stream does. */
export async function positionOf(server: DatabaseServer, where: 'executed' | 'checkpoint'): Promise<Executed> {
  if (where === 'executed') return parsed(await executedOf(server));
  const rows = await query(server.url, 'SELECT checkpoint FROM rowtide.checkpoint').catch(() => []);
  const text = rows[0]?.[0];
  return typeof text === 'string' ? parsed(JSON.parse(text).position.log.gtid) : GtidSet.empty;
}

export function has(all: Executed, wanted: Executed): boolean {
  if (typeof all === 'bigint' || typeof wanted === 'bigint') return typeof all === typeof wanted && all >= wanted;
  return all.includes(wanted);
}

/** As the server prints it. */
export async function executedOf({ url, version }: DatabaseServer): Promise<string> {
  if (!version.startsWith('11.')) return executedGtids(url);
  const [[position] = []] = await query(url, 'SELECT @@GLOBAL.gtid_binlog_pos');
  return String(position);
}

function parsed(text: string): Executed {
  const sequence = /^\d+-\d+-(\d+)$/.exec(text)?.[1];
  return sequence === undefined ? GtidSet.parse(text) : BigInt(sequence);
}
