import { open } from 'node:fs/promises';
import { DumpedEvents } from '../binlog/dumped-events.js';
import { TransactionEnds } from '../binlog/transaction-ends.js';
import { ioError } from '../checkpoint/files.js';
import { locateError } from '../core/errors.js';
import type { LogPoint } from '../core/event.js';
import { damaged, type RelayFolder } from './folder.js';
import { scanLogFile } from './scan.js';

/** What a relay holds when it is opened. */
export interface Recovered {
  /** Behind the last whole transaction; null where there is none, nor a file that has begun. */
  readonly end: LogPoint | null;
  /** Has taken what lies in front of it. */
  readonly ends: TransactionEnds;
}

/**
 * Finds the last whole transaction, and cuts off what a crash left behind it. Only the last file can be torn, or not
 * begun; and only behind what was noted as durable: what is not whole in front of that is damage, and stays as it is.
 * What is left is on the disk: a process that was killed may have written it and not synced it.
 */
export async function recover(folder: RelayFolder, { cutsOff = true } = {}): Promise<Recovered> {
  const noted = await folder.lastEnd();
  for (const file of folder.files.toReversed()) {
    const { offset, ends } = await scanTransactions(folder, file);
    if (noted?.file === file && offset < noted.offset) throw tornBefore(folder.pathOf(file), offset, noted);
    if (offset === 0) continue;
    if (cutsOff) await cutOff(folder.pathOf(file), offset);
    return { end: { file, offset }, ends };
  }
  return { end: null, ends: new TransactionEnds() };
}

/** `offset`: behind the last event of the file behind which no transaction is open; 0 without any. */
async function scanTransactions(folder: RelayFolder, name: string): Promise<{ offset: number; ends: TransactionEnds }> {
  const ends = new TransactionEnds();
  let offset = 0;
  const events = new DumpedEvents(
    ({ event, format }) => {
      if (!ends.take(event, format)) return;
      ends.settle();
      offset = event.end;
    },
    { file: name, offset: 4 },
  );
  const path = folder.pathOf(name);
  const file = await open(path, 'r').catch((cause) => {
    throw ioError(`cannot read ${path}`, cause);
  });
  try {
    await scanLogFile(file, (raw) => events.add(raw, 0, raw.length));
  } catch (error) {
    throw locateError(error, path);
  } finally {
    await file.close();
  }
  ends.abandon();
  return { offset, ends };
}

/** Leaves the first `bytes` of a file, which are on the disk then, and for good. */
export async function cutOff(path: string, bytes: number): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      if ((await file.stat()).size !== bytes) await file.truncate(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError(`cannot write ${path}`, cause);
  }
}

function tornBefore(path: string, offset: number, noted: LogPoint): Error {
  return damaged(
    `${path}:${offset}: an event is damaged, and the file was durable up to ${noted.offset}`,
    'Its events were acknowledged, so nothing was cut off. Restore the file from a backup, or from the source while that has it.',
  );
}
