import { decodeGtidList } from '../../binlog/gtid-list.js';
import { decodePreviousGtids } from '../../binlog/previous-gtids.js';
import * as type from '../../binlog/types.js';
import type { LoggedEvent } from '../../inspect/logged-event.js';
import type { FileHead, FilesOfLog, TransactionBegin } from '../../inspect/search/place.js';
import { BeginFinder } from '../../inspect/search/transaction-begins.js';
import { withConnection } from '../../mysql/connect.js';
import { logFiles } from '../../mysql/probe.js';
import { placeOf } from '../../mysql/url.js';
import { type FoundPlace, findAt } from './place.js';
import { type RemoteReading, remoteEvents } from './remote-events.js';
import type { InspectedServer } from './server.js';
import { FIRST_OFFSET } from './sources.js';

/** Where --at lies in the log of a server: it is asked for the begins of few of its files, and then for one from its begin. */
export async function findOnServer(server: InspectedServer, at: string, reading: RemoteReading): Promise<FoundPlace> {
  const { address } = server;
  const files = await withConnection(address, reading.signal, async (connection) =>
    (await logFiles(connection)).map(({ name }) => name),
  );
  const place = await findAt(serverPlaces(server, files, reading), at, placeOf(address));
  return { file: files[place.index]!, rest: files.slice(place.index), place };
}

function serverPlaces(server: InspectedServer, files: readonly string[], reading: RemoteReading): FilesOfLog {
  const events = (index: number): AsyncGenerator<LoggedEvent> =>
    flat(
      remoteEvents(
        { ...server, files: [files[index]!], startPosition: FIRST_OFFSET, toLastLog: false, stopNever: false },
        reading,
      ),
    );
  return { count: files.length, head: (index) => headOf(events(index)), begins: (index) => beginsOf(events(index)) };
}

async function* flat(blocks: AsyncGenerator<readonly LoggedEvent[]>): AsyncGenerator<LoggedEvent> {
  for await (const block of blocks) yield* block;
}

async function headOf(events: AsyncGenerator<LoggedEvent>): Promise<FileHead> {
  let beganAt = 0;
  for await (const { event } of events) {
    switch (event.type) {
      case type.START_EVENT_V3:
      case type.FORMAT_DESCRIPTION_EVENT:
        beganAt = event.timestamp;
        break;
      case type.PREVIOUS_GTIDS_LOG_EVENT:
        return { beganAt, before: decodePreviousGtids(event) };
      case type.GTID_LIST_EVENT:
        return { beganAt, before: decodeGtidList(event) };
      case type.START_ENCRYPTION_EVENT:
        break;
      default:
        return { beganAt, before: null };
    }
  }
  return { beganAt, before: null };
}

async function* beginsOf(events: AsyncGenerator<LoggedEvent>): AsyncGenerator<TransactionBegin> {
  const finder = new BeginFinder();
  for await (const { event, format } of events) {
    if (!finder.needs(event.type)) finder.passes(event.type);
    else {
      const found = finder.begin(event, format);
      if (found !== null) yield found.begin;
    }
  }
}
