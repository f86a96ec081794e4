import { RowtideError } from '../core/errors.js';
import { withConnection } from '../mysql/connect.js';
import { logFiles, probe, type ServerFacts } from '../mysql/probe.js';
import { noSemiSync, semiSyncOf } from '../mysql/semi-sync.js';
import { placeOf } from '../mysql/url.js';
import { FIRST_OFFSET } from '../source/events.js';
import { checkSettings } from '../source/preflight.js';
import type { ServerLogOptions } from '../source/server.js';
import type { ArchivePlace } from './archive.js';
import type { RelayFolder, RelaySource } from './folder.js';

/** Which of a server's files a new relay begins with: the one it writes now, the oldest, or one that is named. */
export type RelayBegin = 'now' | 'beginning' | { readonly file: string };

/** The server that a relay receives from. */
export interface RelayServer extends Pick<ServerLogOptions, 'address' | 'serverId' | 'heartbeatMs'> {
  readonly from: RelayBegin;
  /** Its commits wait until they are durable here. */
  readonly semiSync: boolean;
}

/** Who the server is, if its log may be received into the folder. */
export function checkedSource(folder: RelayFolder, server: RelayServer, signal: AbortSignal): Promise<RelaySource> {
  return withConnection(server.address, signal, async (connection) => {
    const facts = await probe(connection);
    const place = placeOf(server.address);
    checkSettings(facts, place);
    if (server.semiSync && (await semiSyncOf(connection)) === null) throw noSemiSync(place);
    const found: RelaySource = { ...facts.identity, positions: positionsOf(facts) };
    const { source } = folder;
    if (source !== null && (source.id !== found.id || source.flavour !== found.flavour)) {
      throw new RowtideError(
        'SOURCE_FOREIGN',
        `${place} is ${found.flavour} ${found.id}, and the relay ${folder.path} holds the log of ${source.flavour} ${source.id}`,
        {
          hint: 'A relay is of one server. Give the other one a folder of its own; what it lacks of this one, `rowtide relay replay` brings to it.',
        },
      );
    }
    return found;
  });
}

function positionsOf({ gtids, domains }: ServerFacts): RelaySource['positions'] {
  if (gtids !== null) return 'gtid';
  return domains === null ? 'file' : 'mariadb-gtid';
}

/** The file that the server is asked to go on with. */
export async function startAt(folder: RelayFolder, server: RelayServer, signal: AbortSignal): Promise<ArchivePlace> {
  const last = folder.files.at(-1);
  if (last !== undefined) return { file: last, offset: FIRST_OFFSET };
  const { from, address } = server;
  if (typeof from === 'object') return { file: from.file, offset: FIRST_OFFSET };
  const files = await withConnection(address, signal, logFiles);
  const file = (from === 'now' ? files.at(-1) : files[0])?.name;
  if (file !== undefined) return { file, offset: FIRST_OFFSET };
  throw new RowtideError('SOURCE_SETTINGS', `${placeOf(address)}: the server has no log files`, {
    hint: 'Start the server with --log-bin.',
  });
}
