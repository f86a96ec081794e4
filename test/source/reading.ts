import type { RawEvent } from '../../src/core/event.js';
import type { LogPosition } from '../../src/core/position.js';
import type { LogSource } from '../../src/core/source.js';
import { Connection, type SqlValue, withConnection } from '../../src/mysql/connect.js';
import { logFiles } from '../../src/mysql/probe.js';
import { parseServerUrl } from '../../src/mysql/url.js';

export const never: AbortSignal = new AbortController().signal;

export interface LoggedEvent extends RawEvent {
  readonly file: string;
}

/** Runs statements one after the other on a connection of their own; returns the rows of the last one. */
export function sql(url: string, ...statements: string[]): Promise<(readonly SqlValue[])[]> {
  return withConnection(parseServerUrl(url), never, async (connection) => {
    let rows: (readonly SqlValue[])[] = [];
    for (const statement of statements) rows = await connection.query(statement);
    return rows;
  });
}

/** Where the server's log ends now. */
export async function logEnd(url: string): Promise<{ file: string; offset: number }> {
  const connection = await Connection.open(parseServerUrl(url), never);
  try {
    const last = (await logFiles(connection)).at(-1)!;
    return { file: last.name, offset: last.sizeBytes };
  } finally {
    await connection.close();
  }
}

/** Reads from a position until `end` is reached, or what stops it. */
export async function readTo(
  log: LogSource,
  from: LogPosition,
  end: { file: string; offset: number },
): Promise<LoggedEvent[]> {
  const stop = new AbortController();
  const source = await log.identity(never);
  const events: LoggedEvent[] = [];
  for await (const block of log.read({ source, log: from, held: [] }, stop.signal)) {
    for (const event of block.events) events.push({ ...event, bytes: Buffer.from(event.bytes), file: block.file });
    if (block.file === end.file && block.events.at(-1)!.end >= end.offset) stop.abort();
  }
  return events;
}

/** What stops a read, before or after its first events. */
export async function failureOf(log: LogSource, from: LogPosition, uuid?: string): Promise<unknown> {
  const stop = new AbortController();
  const source = await log.identity(never);
  const position = { source: uuid === undefined ? source : { ...source, id: uuid }, log: from, held: [] };
  try {
    for await (const _ of log.read(position, stop.signal));
  } catch (error) {
    return error;
  }
  return null;
}
