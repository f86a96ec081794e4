import { RowtideError } from '../../core/errors.js';
import type { MariaGtid } from '../../core/maria-gtid.js';
import { GtidAudit } from '../../inspect/mariadb-gtid-audit.js';
import { GtidFilter } from '../../inspect/mariadb-gtid-filter.js';
import { MariadbSelection } from '../../inspect/mariadb-select.js';
import type { InspectOptions } from './options.js';
import { isTableOfTool } from './searching.js';
import { FIRST_OFFSET, isGtidList, startOffset } from './sources.js';

/** What mariadb-binlog's options choose. */
export function mariadbSelection(options: InspectOptions, warn: (message: string) => void): MariadbSelection {
  for (const position of [options.startPosition, options.stopPosition])
    if (position?.startsWith('-')) throw noPosition(position);
  checkLists(options);
  const [start, stop] = [gtidsOf(options.startPosition), gtidsOf(options.stopPosition)];
  const isStrict = options.gtidStrictMode;
  if (isStrict) checkRange(start, stop);
  const offset = startOffset(options);
  const selection = new MariadbSelection({
    offset: options.offset,
    startTime: options.startDatetime ?? 0,
    stopTime: options.stopDatetime ?? Number.POSITIVE_INFINITY,
    database: options.database ?? null,
    startOffset: isGtidList(options.startPosition ?? '') ? 0 : Number(options.startPosition ?? 0),
    table: isTableOfTool(options) ? options.table![0]! : null,
    filter: new GtidFilter({
      start,
      stop,
      domains: { only: options.doDomainIds ?? null, not: options.ignoreDomainIds ?? null },
      servers: { only: serversOf(options), not: options.ignoreServerIds ?? null },
    }),
    audit: new GtidAudit({
      // A domain that begins with 0 begins at its begin.
      start: start.filter(({ sequence }) => sequence > 0n),
      stop,
      startsInside: offset > FIRST_OFFSET,
      isStrict,
      warn: options.verbose > 2 ? warn : null,
    }),
  });
  selection.leavesOutFormat = offset > FIRST_OFFSET && options.base64Output !== 'auto';
  return selection;
}

function checkLists(options: InspectOptions): void {
  const { doDomainIds, ignoreDomainIds, ignoreServerIds } = options;
  const excluded =
    doDomainIds !== undefined && ignoreDomainIds !== undefined
      ? '--do-domain-ids and --ignore-domain-ids'
      : serversOf(options) !== null && ignoreServerIds !== undefined
        ? '--do-server-ids and --ignore-server-ids'
        : null;
  if (excluded !== null) throw new RowtideError('USAGE', `${excluded} exclude each other`);
}

function noPosition(position: string): RowtideError {
  return new RowtideError('USAGE', `${position} is no position`, {
    hint: 'It is an offset, or GTIDs of MariaDB such as 0-1-42.',
  });
}

function serversOf({ doServerIds, serverId }: InspectOptions): readonly number[] | null {
  return doServerIds ?? (serverId === undefined ? null : [serverId]);
}

function gtidsOf(position: string | undefined): MariaGtid[] {
  if (position === undefined || !isGtidList(position)) return [];
  const gtids = position.split(',').map(gtidOf);
  for (const [i, { domain }] of gtids.entries()) {
    if (gtids.findIndex((gtid) => gtid.domain === domain) === i) continue;
    throw new RowtideError('USAGE', `${position} names domain ${domain} twice`, {
      hint: 'A position has one GTID of each domain.',
    });
  }
  return gtids;
}

function gtidOf(text: string): MariaGtid {
  const [domain, server, sequence] = /^\d+-\d+-\d+$/.test(text) ? text.split('-').map(BigInt) : [];
  const fits = domain !== undefined && domain < 1n << 32n && server! < 1n << 32n && sequence! < 1n << 64n;
  if (!fits) {
    throw new RowtideError('USAGE', `${JSON.stringify(text)} is no GTID`, { hint: 'MariaDB’s are like 0-1-42.' });
  }
  return { domain: Number(domain), server: Number(server), sequence: sequence! };
}

function checkRange(start: readonly MariaGtid[], stop: readonly MariaGtid[]): void {
  for (const { domain, sequence } of stop) {
    const from = start.find((gtid) => gtid.domain === domain);
    if (from === undefined || from.sequence <= sequence) continue;
    throw new RowtideError('USAGE', `in domain ${domain} the range ends at ${sequence}, before it begins`, {
      hint: 'Swap --start-position and --stop-position.',
    });
  }
}
