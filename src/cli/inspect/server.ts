import { RowtideError } from '../../core/errors.js';
import { GtidSet } from '../../core/gtid.js';
import { MariaGtids } from '../../core/maria-gtid.js';
import { withConnection } from '../../mysql/connect.js';
import { logFiles } from '../../mysql/probe.js';
import { placeOf, type ServerAddress } from '../../mysql/url.js';
import { serverAddress } from './connection.js';
import type { InspectOptions } from './options.js';
import type { RemoteOptions } from './remote.js';
import { isGtidList, startOffset } from './sources.js';

/** COM_BINLOG_DUMP has 32 bits for the offset. */
const DUMP_OFFSET_MAX = 2 ** 32 - 1;
const URL = /^(mysql|mariadb):\/\//;

/** The server whose log is inspected, and what of it. */
export interface InspectedServer extends RemoteOptions {
  /** Whose tool would read it. */
  readonly style: 'mysql' | 'mariadb';
}

/**
 * What is read of a server; null where files are. Names the log files of a server that was given without any: all of
 * them. The server has answered when it resolves, but for copies of named files, which wait for it.
 */
export async function inspectedServer(
  sources: readonly string[],
  options: InspectOptions,
  signal: AbortSignal,
): Promise<InspectedServer | null> {
  const isUrl = URL.test(sources[0] ?? '');
  const { readFromRemoteServer, readFromRemoteSource } = options;
  if (!isUrl && readFromRemoteServer === undefined && readFromRemoteSource === undefined) return null;
  checkOptions(options);
  const address = await serverAddress(isUrl ? (sources[0] ?? null) : null, options, process.env);
  const named = isUrl ? sources.slice(1) : sources;
  // A copy needs to know nothing, and waits for a server that is away.
  const needsAnswer = named.length === 0 || options.raw !== true;
  const { version, first } = needsAnswer ? await ask(address, signal, named.length === 0) : { version: '', first: '' };
  const stopNever = options.stopNever ?? false;
  const style = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  return {
    address,
    style,
    files: named.length === 0 ? [first] : named,
    startPosition: startOffset(options),
    toLastLog: named.length === 0 || stopNever || (options.toLastLog ?? false),
    stopNever,
    exclude: excludedBy(options, style),
    annotateRows: options.skipAnnotateRowEvents !== true,
    serverId: options.connectionServerId || null,
  };
}

function excludedBy(options: InspectOptions, style: InspectedServer['style']): RemoteOptions['exclude'] {
  const { readFromRemoteSource, startPosition, excludeGtids } = options;
  if (style === 'mariadb' && startPosition !== undefined && isGtidList(startPosition)) {
    return MariaGtids.parse(startPosition);
  }
  return readFromRemoteSource === 'BINLOG-DUMP-GTIDS' ? (excludeGtids ?? GtidSet.empty) : null;
}

async function ask(
  address: ServerAddress,
  signal: AbortSignal,
  wantsFirst: boolean,
): Promise<{ version: string; first: string }> {
  return withConnection(address, signal, async (connection) => {
    const [row] = await connection.query<[string]>('SELECT VERSION()');
    const version = row?.[0] ?? '';
    if (!wantsFirst) return { version, first: '' };
    const first = (await logFiles(connection))[0];
    if (first !== undefined) return { version, first: first.name };
    throw new RowtideError('SOURCE_SETTINGS', `${placeOf(address)}: the server has no log files`, {
      hint: 'Start the server with --log-bin.',
    });
  });
}

/** What mysqlbinlog refuses. */
function checkOptions(options: InspectOptions): void {
  const { readFromRemoteServer, readFromRemoteSource: source, raw, includeGtids, excludeGtids } = options;
  const isByGtids = source === 'BINLOG-DUMP-GTIDS';
  if (readFromRemoteServer === true && isByGtids) {
    throw usage('--read-from-remote-server is by file and offset, --read-from-remote-source=BINLOG-DUMP-GTIDS is not');
  }
  if (startOffset(options) > DUMP_OFFSET_MAX) {
    throw usage('--start-position of a server’s log is below 4 GiB', 'Copy the file (--raw), and inspect the copy.');
  }
  if (options.connectionServerId === 0 && options.stopNever) {
    throw usage('--connection-server-id=0 cannot wait for more (--stop-never)', 'Give it a number of its own.');
  }
  if (raw && includeGtids !== undefined) throw usage('--include-gtids and --raw exclude each other');
  if (raw && excludeGtids !== undefined && !isByGtids) {
    throw usage('--exclude-gtids with --raw needs --read-from-remote-source=BINLOG-DUMP-GTIDS');
  }
}

function usage(message: string, hint?: string): RowtideError {
  return new RowtideError('USAGE', message, hint === undefined ? {} : { hint });
}
