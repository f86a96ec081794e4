import { unreachable } from '../core/errors.js';
import type { LogPosition } from '../core/position.js';
import type { LogSource } from '../core/source.js';
import type { Connection } from '../mysql/connect.js';
import { bytesMaxOf, expireSecondsOf, RETENTION_VARIABLES } from '../mysql/log-retention.js';
import { type LogFile, logFiles } from '../mysql/probe.js';
import { type Beginning, beginningOf } from './log-begins.js';

/** What a server's log is like, as far as its files tell. */
export interface Backlog {
  readonly files: readonly LogFile[];
  /** Bytes that were logged in a second, over the last files; null: nothing to go by. */
  readonly bytesPerSecond: number | null;
  /** Over which time that was measured. */
  readonly measuredSeconds: number;
  /** How long a file is kept from when it was closed; null: until somebody purges it. */
  readonly expireSeconds: number | null;
  /** How many bytes are kept, where the server counts them; null: it does not. */
  readonly bytesMax: number | null;
  /** Seconds since the epoch, by the server's clock. */
  readonly nowSeconds: number;
}

/** So many files are looked at for the rate. */
const FILES_MEASURED = 10;
/** A shorter time says nothing about a rate. */
const SECONDS_MEASURED_MIN = 60;

/** Asks for the files of the log and their begins. Needs what lists files: REPLICATION CLIENT, or BINLOG MONITOR. */
export async function measureBacklog(connection: Connection, log: LogSource, signal: AbortSignal): Promise<Backlog> {
  const files = await logFiles(connection);
  const [row] = await connection.query<[string | number]>('SELECT UNIX_TIMESTAMP()');
  const nowSeconds = Number(row?.[0]);
  const measured = files.slice(-FILES_MEASURED);
  const [first] = measured;
  const beganSeconds = first === undefined ? 0 : (await beginningOf(first.name, log, signal)).timeUs / 1_000_000;
  const measuredSeconds = beganSeconds === 0 ? 0 : nowSeconds - beganSeconds;
  return {
    files,
    bytesPerSecond: measuredSeconds < SECONDS_MEASURED_MIN ? null : sumOf(measured) / measuredSeconds,
    measuredSeconds,
    ...(await keeping(connection)),
    nowSeconds,
  };
}

async function keeping(connection: Connection): Promise<Pick<Backlog, 'expireSeconds' | 'bytesMax'>> {
  const list = RETENTION_VARIABLES.map((name) => `'${name}'`).join(', ');
  const rows = await connection.query<[string, string]>(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${list})`);
  const variables = new Map(rows.map(([name, value]) => [name.toLowerCase(), value]));
  return { expireSeconds: expireSecondsOf(variables), bytesMax: bytesMaxOf(variables) };
}

/** What the source still keeps for somebody who goes on from a position. */
export interface Retention {
  /** The first file that is needed. */
  readonly file: string;
  /** Until the server may purge it; null: it does not do that by time. */
  readonly leftSeconds: number | null;
  /** What it can log until then, by its rate so far or by how many bytes it keeps; null: not known. */
  readonly leftBytes: number | null;
  /** From the position, or the begin of its file, to the end of the log. */
  readonly behindBytes: number;
}

/** Null where the first file that is needed is gone. */
export async function retentionOf(
  position: LogPosition,
  backlog: Backlog,
  begin: (file: string) => Promise<Beginning>,
): Promise<Retention | null> {
  const { files, expireSeconds, bytesMax, bytesPerSecond, nowSeconds } = backlog;
  const index = await fileOf(position, files, begin);
  const file = files[index];
  if (file === undefined) return null;
  const next = files[index + 1];
  // A file that is still written to is not purged, and its time begins when it is closed.
  const closedSeconds = next === undefined ? nowSeconds : (await begin(next.name)).timeUs / 1_000_000;
  const leftSeconds =
    expireSeconds === null ? null : Math.max(0, Math.floor(closedSeconds + expireSeconds - nowSeconds));
  const kept = sumOf(files.slice(index));
  const byTime = leftSeconds === null || bytesPerSecond === null ? null : Math.round(leftSeconds * bytesPerSecond);
  const bySize = bytesMax === null ? null : Math.max(0, bytesMax - kept);
  const bounds = [byTime, bySize].filter((each) => each !== null);
  return {
    file: file.name,
    leftSeconds,
    leftBytes: bounds.length === 0 ? null : Math.min(...bounds),
    behindBytes: kept - (position.kind === 'file' ? position.offset : 0),
  };
}

/** Of the last file that begins with nothing that is not in the position; -1: there is none. */
async function fileOf(
  position: LogPosition,
  files: readonly LogFile[],
  begin: (file: string) => Promise<Beginning>,
): Promise<number> {
  if (position.kind === 'file') return files.findIndex(({ name }) => name === position.file);
  let [found, end] = [-1, files.length];
  while (found + 1 < end) {
    const middle = (found + end) >> 1;
    if (holds(position, (await begin(files[middle]!.name)).position)) found = middle;
    else end = middle;
  }
  return found;
}

function holds(position: LogPosition, before: LogPosition): boolean {
  switch (position.kind) {
    case 'gtid':
      return before.kind === 'gtid' && position.executed.includes(before.executed);
    case 'mariadb-gtid':
      return before.kind === 'mariadb-gtid' && position.executed.includes(before.executed);
    case 'file':
      return false;
    default:
      return unreachable(position);
  }
}

function sumOf(files: readonly LogFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
