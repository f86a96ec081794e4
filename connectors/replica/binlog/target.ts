import { GtidSet, type Log, placeOf, RowtideError, type Session } from 'rowtide';

/** What a target says of itself. */
export interface Target {
  readonly uuid: string;
  /** All that it has executed, whoever wrote it. */
  readonly executed: GtidSet;
  /** Sessions can be told on which version a transaction was executed first: MySQL 8.0.14 and later. */
  readonly hasServerVersions: boolean;
  /** MySQL 8.0 has no more of the sql_modes that stand for other servers. */
  readonly removesModes: boolean;
  /** Bytes of events in one BINLOG statement, unless one event is larger. */
  readonly eventBytesMax: number;
  /** Sets a session as it was when it was opened. */
  readonly pins: readonly string[];
}

/** Refuses by name what transactions cannot be replayed on under their own GTIDs. */
export async function targetOf(session: Session, log: Log): Promise<Target> {
  const place = placeOf(session.address);
  const [found] = await session.query<[string]>('SELECT VERSION()');
  const version = found?.[0] ?? '';
  if (/mariadb/i.test(version)) throw wrongFlavour(place, version);
  const [row] = await session.query<[string, string, string, number | string, number | string]>(
    'SELECT @@server_uuid, @@GLOBAL.gtid_executed, @@gtid_mode, @@sync_binlog, @@innodb_flush_log_at_trx_commit',
  );
  const [uuid, executed, mode, syncBinlog, flushLog] = row!;
  if (mode !== 'ON') throw withoutGtids(place, mode);
  if (Number(syncBinlog) !== 1 || Number(flushLog) !== 1) {
    log.warn(
      { target: place, sync_binlog: Number(syncBinlog), innodb_flush_log_at_trx_commit: Number(flushLog) },
      'the target may lose its last transactions, or only their GTIDs, when its machine loses power: both should be 1',
    );
  }
  const number = versionNumber(version);
  return {
    uuid,
    executed: GtidSet.parse(executed),
    hasServerVersions: number >= 80_014,
    removesModes: number >= 80_000,
    eventBytesMax: eventBytesMax(session),
    pins: [...session.pins, UNCONVERTED],
  };
}

/**
 * Nearly all that is sent is text of BINLOG: from utf8mb4, the server looks at it character by character, and converts it.
 * Names are in UTF-8 for it all the same.
 */
export const UNCONVERTED = 'SET character_set_client = binary';

const EVENT_BYTES_MAX = 256 * 1024;

/** So that a packet has room for them, which are a third longer there. */
export function eventBytesMax({ packetBytesMax }: Session): number {
  return Math.min(EVENT_BYTES_MAX, Math.floor(packetBytesMax * 0.7));
}

/** 8.0.15-log is 80015. */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  return major * 10_000 + minor * 100 + (Number.isNaN(patch) ? 0 : patch);
}

function wrongFlavour(place: string, version: string): RowtideError {
  return new RowtideError(
    'SINK_REFUSED',
    `${place} is ${version}, and transactions of MySQL cannot be replayed on it`,
    {
      hint: 'Mode sql writes into any server.',
    },
  );
}

function withoutGtids(place: string, mode: string): RowtideError {
  return new RowtideError('SINK_REFUSED', `${place}: mode binlog needs GTIDs on the target (gtid_mode is ${mode})`, {
    hint: 'Set gtid_mode=ON and enforce_gtid_consistency=ON on the target, or use mode sql.',
  });
}
